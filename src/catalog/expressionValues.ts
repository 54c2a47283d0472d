import type { Json } from '../kernel/json.ts';
import type { Bindings } from './model.ts';
import type { Read } from './expressionReads.ts';
import { limits } from './limits.ts';
import { isSafeNumber, isStorableText } from './values.ts';

/** A value that cannot enter or leave an expression; thrown and caught within the evaluation. */
export class ValueFault extends Error {
  override readonly name = 'ValueFault';
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Counts what passes, so that no evaluation works on more than a bounded amount. */
class Budget {
  #nodes = 0;
  #characters = 0;
  take(characters: number): void {
    this.#nodes += 1;
    this.#characters += characters;
    if (this.#nodes > limits.valueNodes || this.#characters > limits.valueCharacters) {
      throw new ValueFault('valueTooLarge', 'the value is too large for an expression');
    }
  }
}

type Variables = Record<string, unknown>;

/** The variables an evaluation needs: only what is read is converted. */
export function variablesOf(
  reads: readonly Read[],
  bindings: Bindings,
  types: Readonly<Record<string, string>>,
): Variables {
  const budget = new Budget();
  const variables: Record<string, Map<string, unknown>> = {};
  for (const { root, names } of reads) {
    variables[root] ??= new Map();
    const [first = '', second] = names;
    const given = ownIn(bindings[root], first);
    const type = root === 'characteristics' ? types[first] : undefined;
    if (second === undefined) {
      if (given !== undefined) variables[root].set(first, enter(given, type, budget));
      continue;
    }
    const inner = (variables[root].get(first) ?? new Map()) as Map<string, unknown>;
    variables[root].set(first, inner);
    const value = ownIn(given, second);
    if (value !== undefined) inner.set(second, enter(value, undefined, budget));
  }
  return variables;
}

/** The JSON an evaluation answers: ints become numbers, and what JSON or a double cannot hold is refused. */
export const jsonOf = (value: unknown): Json => leave(value, new Budget());

const ownIn = (container: unknown, name: string): unknown =>
  typeof container === 'object' && container !== null && Object.hasOwn(container, name)
    ? (container as Readonly<Record<string, unknown>>)[name]
    : undefined;

function enter(value: unknown, type: string | undefined, budget: Budget): unknown {
  switch (typeof value) {
    case 'number':
      budget.take(0);
      return enterNumber(value, type);
    case 'string':
      budget.take(value.length);
      return value;
    case 'boolean':
      budget.take(0);
      return value;
    case 'object':
      budget.take(0);
      if (value === null) return null;
      if (Array.isArray(value)) return value.map((entry) => enter(entry, undefined, budget));
      return new Map(
        Object.entries(value).map(([name, entry]) => {
          budget.take(name.length);
          return [name, enter(entry, undefined, budget)];
        }),
      );
    default:
      throw new ValueFault('valueNotJson', `a ${typeof value} cannot enter an expression`);
  }
}

/** By declared type where there is one; else a whole number is an int and any other a double. */
function enterNumber(value: number, type: string | undefined): number | bigint {
  if (!isSafeNumber(value)) throw new ValueFault('numberUnsafe', `${value} cannot be held exactly`);
  if (type === 'number') return value;
  if (Number.isInteger(value)) return BigInt(value);
  if (type === 'integer') throw new ValueFault('valueMistyped', `${value} is declared to be an integer`);
  return value;
}

function leave(value: unknown, budget: Budget): Json {
  switch (typeof value) {
    case 'string':
      budget.take(value.length);
      if (!isStorableText(value)) throw new ValueFault('textInvalid', 'the text is not well-formed');
      return value;
    case 'bigint':
    case 'number': {
      budget.take(0);
      const number = Number(value);
      if (!isSafeNumber(number)) throw new ValueFault('numberUnsafe', `${value} cannot be held exactly`);
      return number + 0;
    }
    case 'boolean':
      budget.take(0);
      return value;
    case 'object':
      budget.take(0);
      return value === null ? null : leaveObject(value, budget);
    default:
      throw new ValueFault('valueNotJson', `a ${typeof value} is not JSON`);
  }
}

function leaveObject(value: object, budget: Budget): Json {
  if (Array.isArray(value)) return value.map((entry) => leave(entry, budget));
  const entries = value instanceof Map ? [...value] : plainEntries(value);
  return Object.fromEntries(
    entries.map(([name, entry]) => [leave(name, budget) as string, leave(entry, budget)]),
  );
}

function plainEntries(value: object): [string, unknown][] {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return Object.entries(value);
  throw new ValueFault('valueNotJson', 'the value is not JSON');
}
