import type { Json } from '../kernel/json.ts';
import {
  type Allowance,
  type CharacteristicSpecification,
  type CharacteristicSpecifications,
  type CharacteristicValue,
  entryIn,
} from './model.ts';
import { checkValue, outsideOf, readValue } from './values.ts';

export interface CharacteristicRefusal {
  readonly type:
    | 'CharacteristicInvalid'
    | 'CharacteristicMissing'
    | 'CharacteristicUnknown'
    | 'CharacteristicForbidden';
  readonly name: string;
  readonly message: string;
}

export type CharacteristicValues = Readonly<Record<string, CharacteristicValue>>;

export interface CharacteristicRequest {
  readonly specification: CharacteristicSpecifications;
  readonly offering?: {
    readonly fixes: Readonly<Record<string, CharacteristicValue>>;
    readonly allows?: Readonly<Record<string, Allowance>>;
  };
  readonly given: Readonly<Record<string, unknown>>;
  readonly stored?: Readonly<Record<string, Json>>;
}

export type ResolvedCharacteristics =
  | { readonly ok: true; readonly values: CharacteristicValues }
  | { readonly ok: false; readonly refusal: CharacteristicRefusal };

type Resolved = CharacteristicValue | undefined | CharacteristicRefusal;

const refuse = (
  type: CharacteristicRefusal['type'],
  name: string,
  message: string,
): CharacteristicRefusal => ({ type, name, message });

const isRefusal = (resolved: Resolved): resolved is CharacteristicRefusal => typeof resolved === 'object';

/** A value is the given one, else what the offering fixes, else the stored one, else the default. */
export function resolveCharacteristics(request: CharacteristicRequest): ResolvedCharacteristics {
  const { specification, given } = request;
  const unknown = Object.keys(given).find((name) => entryIn(specification, name) === undefined);
  if (unknown !== undefined) {
    const known = Object.keys(specification).sort().join(', ') || 'none';
    const message = `${unknown} is not a characteristic; there are: ${known}`;
    return { ok: false, refusal: refuse('CharacteristicUnknown', unknown, message) };
  }
  const values: [string, CharacteristicValue][] = [];
  for (const name of Object.keys(specification).sort()) {
    const resolved = resolveOne(request, name, specification[name] as CharacteristicSpecification);
    if (isRefusal(resolved)) return { ok: false, refusal: resolved };
    if (resolved !== undefined) values.push([name, resolved]);
  }
  return { ok: true, values: Object.fromEntries(values) };
}

function resolveOne(
  request: CharacteristicRequest,
  name: string,
  specification: CharacteristicSpecification,
): Resolved {
  const fixed = entryIn(request.offering?.fixes ?? {}, name);
  const allowance = entryIn(request.offering?.allows ?? {}, name) ?? {};
  const given = entryIn(request.given, name);
  const stored = entryIn(request.stored ?? {}, name);

  if (given !== undefined) {
    const read = readValue(specification, given);
    if (!read.ok) return refuse('CharacteristicInvalid', name, `${name} ${read.message}`);
    if (fixed !== undefined && read.value !== fixed) {
      return refuse('CharacteristicForbidden', name, `the offering fixes ${name} to ${fixed}`);
    }
    return allowed(name, read.value, allowance);
  }
  if (fixed !== undefined) return fixed;
  if (stored !== undefined) {
    const read = checkValue(specification, stored);
    if (!read.ok) return refuse('CharacteristicInvalid', name, `the stored ${name} ${read.message}`);
    return allowed(name, read.value, allowance);
  }
  return ofDefault(name, specification, allowance);
}

function allowed(name: string, value: CharacteristicValue, allowance: Allowance): Resolved {
  const fault = outsideOf(allowance, value);
  return fault === undefined
    ? value
    : refuse('CharacteristicForbidden', name, `by the offering, ${name} ${fault}`);
}

/** A default that the offering does not allow is no answer: the customer has to choose. */
function ofDefault(name: string, specification: CharacteristicSpecification, allowance: Allowance): Resolved {
  const value = specification.default;
  if (value === undefined) {
    return specification.required ? refuse('CharacteristicMissing', name, `${name} is required`) : undefined;
  }
  const fault = outsideOf(allowance, value);
  return fault === undefined
    ? value
    : refuse('CharacteristicMissing', name, `by the offering, ${name} ${fault}`);
}

/** The declared types, as they travel beside values to where expressions read them. */
export const typesOf = (specification: CharacteristicSpecifications) =>
  Object.fromEntries(Object.entries(specification).map(([name, { type }]) => [name, type]));
