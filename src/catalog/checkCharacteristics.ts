import { limits } from './limits.ts';
import {
  type Allowance,
  type CharacteristicSpecification,
  type CharacteristicSpecifications,
  entryIn,
  type ProductOffering,
} from './model.ts';
import { checkValue, isSafeNumber } from './values.ts';

/** A fault of one entry; the entry itself is known to the caller. */
export interface Fault {
  readonly code: string;
  readonly path: string;
  readonly message: string;
}

export function characteristicFaults(specifications: CharacteristicSpecifications): readonly Fault[] {
  const entries = Object.entries(specifications);
  const most = limits.characteristicsPerSpecification;
  if (entries.length > most) {
    return [{ code: 'tooMany', path: 'characteristics', message: `at most ${most} characteristics` }];
  }
  return entries.flatMap(([name, specification]) => faultsOfOne(`characteristics.${name}`, specification));
}

function faultsOfOne(path: string, specification: CharacteristicSpecification): readonly Fault[] {
  const { type, min, max, values, maxLength } = specification;
  const faults: Fault[] = [];
  const invalid = (at: string, message: string) =>
    faults.push({ code: 'limitInvalid', path: `${path}.${at}`, message });

  const numeric = type === 'integer' || type === 'number';
  for (const [at, bound] of [
    ['min', min],
    ['max', max],
  ] as const) {
    if (bound === undefined) continue;
    if (!numeric) invalid(at, `a ${type} has no ${at}`);
    else if (!isSafeNumber(bound) || (type === 'integer' && !Number.isInteger(bound))) {
      invalid(at, `must be a ${type}`);
    }
  }
  if (min !== undefined && max !== undefined && min > max) invalid('max', 'lies below min');
  if (maxLength !== undefined && type !== 'string') invalid('maxLength', `a ${type} has no length`);
  if (values !== undefined && values.length === 0) invalid('values', 'must name at least one value');
  for (const [index, value] of (values ?? []).entries()) {
    const checked = checkValue(specification, value);
    if (!checked.ok) invalid(`values.${index}`, checked.message);
  }
  const checked =
    specification.default === undefined ? undefined : checkValue(specification, specification.default);
  if (checked?.ok === false)
    faults.push({ code: 'defaultInvalid', path: `${path}.default`, message: checked.message });
  return faults;
}

/** What an offering fixes and allows must be possible by the specification it offers. */
export function offeredFaults(
  offering: ProductOffering,
  specifications: CharacteristicSpecifications,
): readonly Fault[] {
  const unknown = (path: string): Fault => ({
    code: 'unknownName',
    path,
    message: `${offering.specification} has no such characteristic`,
  });
  const fixes = Object.entries(offering.fixes).flatMap(([name, value]): readonly Fault[] => {
    const path = `fixes.${name}`;
    const specification = entryIn(specifications, name);
    if (specification === undefined) return [unknown(path)];
    const checked = checkValue(specification, value);
    return checked.ok ? [] : [{ code: 'valueInvalid', path, message: checked.message }];
  });
  const allows = Object.entries(offering.allows).flatMap(([name, allowance]): readonly Fault[] => {
    const path = `allows.${name}`;
    const specification = entryIn(specifications, name);
    if (specification === undefined) return [unknown(path)];
    if (entryIn(offering.fixes, name) !== undefined) {
      return [{ code: 'fixedAndAllowed', path, message: 'what is fixed needs no limits' }];
    }
    return allowanceFaults(path, specification, allowance);
  });
  return [...fixes, ...allows];
}

function allowanceFaults(
  path: string,
  specification: CharacteristicSpecification,
  allowance: Allowance,
): readonly Fault[] {
  const { min, max, values = [] } = allowance;
  const faults = faultsOfOne(path, { type: specification.type, required: false, ...allowance });
  if (faults.length > 0) return faults;

  const { min: least = -Infinity, max: most = Infinity } = specification;
  const bounds = [min, max].filter((bound) => bound !== undefined);
  if (bounds.some((bound) => bound < least || bound > most)) {
    return [{ code: 'limitInvalid', path, message: 'an offering narrows limits and never widens them' }];
  }
  return values.flatMap((value, index): readonly Fault[] => {
    const checked = checkValue(specification, value);
    if (checked.ok) return [];
    return [{ code: 'valueInvalid', path: `${path}.values.${index}`, message: checked.message }];
  });
}
