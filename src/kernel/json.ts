import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** One text for one value, whatever the order of its keys; absent and undefined are the same. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((entry) => canonicalJson(entry ?? null)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    let entries = '';
    for (const name of Object.keys(value).sort()) {
      const entry = (value as Readonly<Record<string, unknown>>)[name];
      if (entry === undefined) continue;
      entries += `${entries === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(entry)}`;
    }
    return `{${entries}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error('a number must be finite');
  const text = JSON.stringify(value);
  if (text === undefined) throw new Error(`no canonical JSON for ${typeof value}`);
  return text;
}

export const hashOf = (value: unknown): string => bytesToHex(sha256(utf8ToBytes(canonicalJson(value))));

const base32Alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** Sixteen base32 characters of SHA-256: short enough for an id, long enough never to meet another. */
export function shortHash(value: unknown): string {
  const bytes = sha256(utf8ToBytes(canonicalJson(value)));
  let text = '';
  let bits = 0;
  let left = 0;
  for (const byte of bytes.subarray(0, 10)) {
    bits = ((bits & 31) << 8) | byte;
    for (left += 8; left >= 5; left -= 5) text += base32Alphabet[(bits >> (left - 5)) & 31];
  }
  return text;
}

/** Nothing is the same as nothing only. */
export const sameJson = (left: unknown, right: unknown): boolean =>
  left === right || left === undefined || right === undefined
    ? left === right
    : canonicalJson(left) === canonicalJson(right);
