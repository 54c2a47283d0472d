import { type AnswerType, answerTypeOf } from '../catalog/expressions.ts';
import { type CharacteristicSpecifications, entryIn } from '../catalog/model.ts';
import { checkValue } from '../catalog/values.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import { type StandingStep, wantedOf } from './attempt.ts';

/** What a person's edit is checked against: the step's mapping, and what the service's specification says. */
export interface EditedStep {
  readonly values: Readonly<Record<string, string>>;
  readonly types: Readonly<Record<string, string>>;
  /** Values as they are, for what only another step or service could say. */
  readonly known: JsonObject;
  /** Undefined where the catalogue of that time is not known. */
  readonly characteristics?: CharacteristicSpecifications | undefined;
}

export interface EditFault {
  readonly name: string;
  readonly message: string;
}

/** A value in place of a mapping's: of a name that the step has, of the mapping's type, within the limits. */
export function editFault(step: EditedStep, values: JsonObject): EditFault | undefined {
  for (const [name, value] of Object.entries(values)) {
    const message = messageFor(step, name, value);
    if (message !== undefined) return { name, message };
  }
  return undefined;
}

function messageFor(step: EditedStep, name: string, value: Json): string | undefined {
  const text = entryIn(step.values, name);
  if (text === undefined) {
    return `the step has no such value; there are: ${Object.keys(step.values).sort().join(', ') || 'none'}`;
  }
  const specified = entryIn(step.characteristics ?? {}, characteristicIn(text) ?? '');
  if (specified !== undefined) {
    const checked = checkValue(specified, value);
    return checked.ok ? undefined : checked.message;
  }
  const declared = answerTypeOf(text, step.types);
  const type = declared === 'dyn' ? typeOf(entryIn(step.known, name)) : declared;
  return isOfType[type](value) ? undefined : `must be ${words[type]}`;
}

/** What the mapping says now, else what was wanted last, else what stands. */
export function knownValues(step: StandingStep): JsonObject {
  const { wanted } = wantedOf({ ...step, overrides: {} });
  return { ...step.standing?.values, ...step.wanted, ...wanted };
}

/** A whole number is no promise that there are no others. */
function typeOf(known: Json | undefined): AnswerType {
  if (known === undefined || known === null) return 'dyn';
  return answerTypes.find((type) => isOfType[type](known)) ?? 'dyn';
}

const answerTypes = ['bool', 'double', 'string', 'list', 'map'] as const satisfies readonly AnswerType[];

/** The characteristic that a mapping hands on as it is. */
const characteristicIn = (text: string): string | undefined =>
  /^\s*characteristics\.([A-Za-z_][A-Za-z0-9_]*)\s*$/.exec(text)?.[1];

const isOfType: Readonly<Record<AnswerType, (value: Json) => boolean>> = {
  bool: (value) => typeof value === 'boolean',
  int: (value) => Number.isInteger(value),
  double: (value) => typeof value === 'number',
  string: (value) => typeof value === 'string',
  null: (value) => value === null,
  list: (value) => Array.isArray(value),
  map: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  dyn: () => true,
};

const words = {
  ...{ bool: 'true or false', int: 'an integer', double: 'a number', string: 'a text', null: 'null' },
  ...{ list: 'a list', map: 'an object', dyn: 'a value' },
} as const satisfies Record<AnswerType, string>;
