import { parse } from 'secure-json-parse';
import { isSafeNumber, isStorableText } from '../src/catalog/values.ts';
import { type ProblemCode, pathText, refuse } from './problem.ts';

const depthMax = 64;

/**
 * The JSON value of a text, or a refusal: nothing that would be lost, changed or turned against us on its way
 * into the database gets past here.
 */
export function parseJson(text: string): unknown {
  const value = parsed(text);
  const tally = { keys: 0, escapes: text.includes('\\u') };
  const fault = faultIn(value, 1, tally);
  if (fault) refuse(fault.code, fault.message, { path: pathText(fault.path) });
  if (tally.keys !== keysWritten(text)) refuse('BodyMalformed', 'a key is there twice in one object');
  return value;
}

function parsed(text: string): unknown {
  try {
    return parse(text, { protoAction: 'error', constructorAction: 'error' });
  } catch (error) {
    const message = error instanceof Error ? error.message : 'it cannot be parsed';
    return refuse('BodyMalformed', message.slice(0, 300));
  }
}

interface Fault {
  readonly code: ProblemCode;
  readonly message: string;
  readonly path: readonly PropertyKey[];
}

interface Tally {
  keys: number;
  /** Only an escape can bring what cannot be stored: the text itself is sound UTF-8. */
  readonly escapes: boolean;
}

function faultIn(value: unknown, depth: number, tally: Tally): Fault | undefined {
  if (typeof value === 'string') return tally.escapes && !isStorableText(value) ? textFault : undefined;
  if (typeof value === 'number') return isSafeNumber(value) ? undefined : numberFault;
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > depthMax) return depthFault;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const fault = faultIn(value[index], depth + 1, tally);
      if (fault) return { ...fault, path: [index, ...fault.path] };
    }
    return undefined;
  }
  for (const name of Object.keys(value)) {
    tally.keys += 1;
    if (tally.escapes && !isStorableText(name)) return textFault;
    const fault = faultIn((value as Record<string, unknown>)[name], depth + 1, tally);
    if (fault) return { ...fault, path: [name, ...fault.path] };
  }
  return undefined;
}

const textFault: Fault = {
  code: 'TextInvalid',
  message: 'a text may hold neither NUL nor half of a surrogate pair',
  path: [],
};
const numberFault: Fault = {
  code: 'NumberUnsafe',
  message: 'a number beyond 2^53 - 1 cannot be held without loss',
  path: [],
};
const depthFault: Fault = {
  code: 'BodyMalformed',
  message: `values are nested more than ${depthMax} deep`,
  path: [],
};

/** Counts the strings that are followed by a colon: in sound JSON these are exactly the keys. */
function keysWritten(text: string): number {
  let keys = 0;
  for (let start = text.indexOf('"'); start !== -1; start = text.indexOf('"', start)) {
    let end = text.indexOf('"', start + 1);
    while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
    start = end + 1;
    while (isBlank(text.charCodeAt(start))) start += 1;
    if (text.charCodeAt(start) === colon) keys += 1;
  }
  return keys;
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text.charCodeAt(before) === backslash) before -= 1;
  return (at - before) % 2 === 0;
}

const colon = 0x3a;
const backslash = 0x5c;
const isBlank = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d);
