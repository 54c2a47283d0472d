import type { Allowance, CharacteristicSpecification, CharacteristicType } from '../src/catalog/model.ts';
import type { JsonObject } from '../src/kernel/json.ts';
import { type Links, present } from './resource.ts';

/** Our lifecycle in the words of the official examples; the contracts leave the text free. */
const lifecycleToTmf: Readonly<Record<string, string>> = { active: 'Active', retired: 'Retired' };
export const lifecycleStatus = (lifecycle: string): string => lifecycleToTmf[lifecycle] ?? lifecycle;
export const lifecycleFromTmf = (status: string): string[] =>
  Object.entries(lifecycleToTmf).flatMap(([lifecycle, tmf]) => (tmf === status ? [lifecycle] : []));

/** A resource with more than the contract has a place for says so, and where that is described. */
export const extended = (type: string, base: string, links: Links) => ({
  '@type': type,
  '@baseType': base,
  '@schemaLocation': `${links.origin}/openapi.json`,
});

type Limits = Allowance & Pick<CharacteristicSpecification, 'default'>;

/** The values or the range that a characteristic may have, and which one it has when nobody chooses. */
export function possibleValues(type: CharacteristicType | undefined, limits: Limits): JsonObject[] {
  const { values, min, max, default: preset } = limits;
  const valueType = type ?? typeof (preset ?? values?.[0]);
  if (values !== undefined) {
    return values.map((value) => ({ value, valueType, isDefault: value === preset }));
  }
  const range = min !== undefined || max !== undefined ? [rangeOf(valueType, min, max)] : [];
  return preset === undefined ? range : [...range, { value: preset, valueType, isDefault: true }];
}

/** The contract's bounds are integers; a fraction is only said in words. */
function rangeOf(valueType: string, min: number | undefined, max: number | undefined): JsonObject {
  const whole = [min, max].every((bound) => bound === undefined || Number.isSafeInteger(bound));
  return present({
    valueType,
    isDefault: false,
    rangeInterval: 'closed',
    ...(whole ? { valueFrom: min, valueTo: max } : { value: `${min ?? ''}..${max ?? ''}` }),
  });
}

export const characteristicSpecification = (name: string, specification: CharacteristicSpecification) => ({
  name,
  valueType: specification.type,
  configurable: true,
  minCardinality: specification.required ? 1 : 0,
  maxCardinality: 1,
});
