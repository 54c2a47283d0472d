import type { Allowance, CharacteristicSpecification, CharacteristicValue } from './model.ts';
import { limits } from './limits.ts';

export type ReadValue =
  | { readonly ok: true; readonly value: CharacteristicValue }
  | { readonly ok: false; readonly message: string };

const no = (message: string): ReadValue => ({ ok: false, message });

/** Text that survives JSON, UTF-8 and the database: no NUL and no half of a surrogate pair. */
export const isStorableText = (text: string): boolean => !text.includes('\0') && !/\p{Surrogate}/u.test(text);

/** A number a double holds without loss of a unit. */
export const isSafeNumber = (value: number): boolean =>
  Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER;

/** A value of the specification's type and within its limits. */
export function checkValue(specification: CharacteristicSpecification, value: unknown): ReadValue {
  const typed = ofType(specification, value);
  if (!typed.ok) return typed;
  const fault = outsideOf(specification, typed.value);
  return fault === undefined ? typed : no(fault);
}

/** Why it is no plain value at all, whatever may be specified; undefined when it is one. */
export function plainFault(value: unknown): string | undefined {
  if (typeof value === 'boolean' || (typeof value === 'number' && isSafeNumber(value))) return undefined;
  if (typeof value !== 'string') return 'must be a text, a number, or true or false';
  const text = ofText(limits.textCharacters, value);
  return text.ok ? undefined : text.message;
}

/** As `checkValue`, but a number or a boolean may also come as its exact text, as TMF clients send them. */
export function readValue(specification: CharacteristicSpecification, value: unknown): ReadValue {
  return checkValue(specification, typeof value === 'string' ? fromText(specification, value) : value);
}

/** Why the value lies outside of the limits; undefined when it does not. */
export function outsideOf(allowance: Allowance, value: CharacteristicValue): string | undefined {
  const { values, min, max } = allowance;
  if (values !== undefined && !values.includes(value)) return `must be one of ${values.join(', ')}`;
  if (typeof value === 'number' && min !== undefined && value < min) return `must be at least ${min}`;
  if (typeof value === 'number' && max !== undefined && value > max) return `must be at most ${max}`;
  return undefined;
}

function ofType(specification: CharacteristicSpecification, value: unknown): ReadValue {
  switch (specification.type) {
    case 'boolean':
      return typeof value === 'boolean' ? { ok: true, value } : no('must be true or false');
    case 'string':
      return ofText(specification.maxLength ?? limits.textCharacters, value);
    case 'integer':
      if (typeof value !== 'number' || !Number.isSafeInteger(value)) return no('must be an integer');
      return { ok: true, value: value + 0 };
    case 'number':
      if (typeof value !== 'number' || !isSafeNumber(value)) return no('must be a number');
      return { ok: true, value: value + 0 };
  }
}

function ofText(maxLength: number, value: unknown): ReadValue {
  if (typeof value !== 'string') return no('must be a text');
  if (value.length > 2 * maxLength || Array.from(value).length > maxLength) {
    return no(`must have at most ${maxLength} characters`);
  }
  return isStorableText(value) ? { ok: true, value } : no('must be well-formed text');
}

function fromText(specification: CharacteristicSpecification, text: string): unknown {
  switch (specification.type) {
    case 'string':
      return text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'integer':
    case 'number':
      return text.length <= 32 && String(Number(text)) === text ? Number(text) : text;
  }
}
