import { Environment, type EvaluationError, type ParseResult } from '@marcbachmann/cel-js';
import type { Json } from '../kernel/json.ts';
import type { Bindings } from './model.ts';
import { type ExpressionFault, type Reads, readsOfAst, type Root } from './expressionReads.ts';
import {
  type AnswerType,
  answerType,
  celOptions,
  type ExpressionContext,
  faultOf,
  typedEnvironment,
} from './expressionTypes.ts';
import { jsonOf, ValueFault, variablesOf } from './expressionValues.ts';
import { limits } from './limits.ts';

export type { ExpressionFault } from './expressionReads.ts';
export type { AnswerType, ExpressionContext } from './expressionTypes.ts';

export interface Program {
  readonly text: string;
  readonly answer: ExpressionContext['answer'];
  readonly type: AnswerType;
  readonly types: Readonly<Record<string, string>>;
  readonly reads: readonly string[];
}

export type Compiled =
  | { readonly ok: true; readonly program: Program }
  | ({ readonly ok: false } & ExpressionFault);
export type Evaluated =
  | { readonly ok: true; readonly value: Json }
  | ({ readonly ok: false } & ExpressionFault);
type Types = Readonly<Record<string, string>>;

interface Parsed extends Omit<Reads, 'faults'> {
  readonly run: ParseResult;
}
type ParseOutcome =
  | { readonly ok: true; readonly parsed: Parsed }
  | ({ readonly ok: false } & ExpressionFault);

const roots: readonly Root[] = ['service', 'characteristics', 'steps', 'reliesOn', 'observed'];
/** One environment for all evaluations: types come with the values, so a parsed text serves every catalogue. */
const untyped = roots.reduce((made, root) => made.registerVariable(root, 'dyn'), new Environment(celOptions));

const parsedByText = new Map<string, ParseOutcome>();
const parsedTextsMax = 10_000;

const refuse = (code: string, message: string) => ({ ok: false, code, message }) as const;

/** Parses and type-checks one expression, as it is done when a catalogue is saved. */
export function compile(text: string, context: ExpressionContext): Compiled {
  const outcome = parse(text);
  if (!outcome.ok) return outcome;
  const { reads, tested } = outcome.parsed;
  const fault = reads.map((read) => faultOf(read, tested, context)).find((found) => found !== undefined);
  if (fault !== undefined) return { ok: false, ...fault };

  const checked = typedEnvironment(context).check(text);
  if (!checked.valid) return refuse('mistyped', checked.error?.summary ?? 'the types do not fit');
  const type = answerType(checked.type ?? 'dyn');
  if (type === undefined) return refuse('mistyped', `an expression cannot answer a ${checked.type}`);
  if (context.answer !== 'json' && type !== 'dyn' && type !== context.answer) {
    return refuse('mistyped', `the expression must answer a ${context.answer}, not a ${type}`);
  }
  const types = context.characteristics ?? {};
  const program = { text, answer: context.answer, type, types, reads: reads.map((read) => read.text) };
  return { ok: true, program };
}

/** What an expression answers, as far as that is certain before it is evaluated. */
export function answerTypeOf(text: string, types: Types): AnswerType {
  const characteristics = types as NonNullable<ExpressionContext['characteristics']>;
  const { valid, type } = typedEnvironment({ characteristics, answer: 'json' }).check(text);
  return (valid ? answerType(type ?? 'dyn') : undefined) ?? 'dyn';
}

export function evaluate(program: Program, bindings: Bindings): Evaluated {
  const evaluated = evaluateText(program.text, bindings, program.types);
  if (!evaluated.ok || program.answer === 'json') return evaluated;
  return ofType(evaluated, program.answer);
}

/**
 * Evaluates without a catalogue at hand. `types` are the declared types of the characteristics bound, so
 * that an integer enters as int and a number as double; without one a whole number enters as int.
 */
export function evaluateText(text: string, bindings: Bindings, types: Types = {}): Evaluated {
  const outcome = parse(text);
  if (!outcome.ok) return outcome;
  const { run, reads } = outcome.parsed;
  try {
    return { ok: true, value: jsonOf(run(variablesOf(reads, bindings, types))) };
  } catch (error) {
    return refusalOf(error);
  }
}

export type Condition =
  | { readonly ok: true; readonly value: boolean }
  | ({ readonly ok: false } & ExpressionFault);
export type ObjectName =
  | { readonly ok: true; readonly value: string }
  | ({ readonly ok: false } & ExpressionFault);

export function evaluateCondition(text: string, bindings: Bindings, types: Types = {}): Condition {
  return ofType(evaluateText(text, bindings, types), 'bool') as Condition;
}

/** The name of an object in a system: visible ASCII, no empty, `.` or `..` part, so that it fits a URL. */
export function evaluateObject(text: string, bindings: Bindings, types: Types = {}): ObjectName {
  const evaluated = ofType(evaluateText(text, bindings, types), 'string') as ObjectName;
  if (!evaluated.ok) return evaluated;
  const { value } = evaluated;
  const fits = value.length <= limits.objectCharacters && /^[\x21-\x7e]+$/.test(value);
  const parts = value.split('/');
  if (fits && !parts.some((part) => part === '' || part === '.' || part === '..')) return evaluated;
  return refuse('objectInvalid', `not the name of an object: ${JSON.stringify(value.slice(0, 80))}`);
}

/** The paths an expression reads, such as `characteristics.length` or `steps.prefix.cidr`. */
export const readsOf = (program: Program): readonly string[] => program.reads;

/** As `readsOf`; a text that does not parse reads nothing. */
export function readsOfText(text: string): readonly string[] {
  const outcome = parse(text);
  return outcome.ok ? outcome.parsed.reads.map((read) => read.text) : [];
}

function parse(text: string): ParseOutcome {
  if (text.length > limits.expressionCharacters) {
    return refuse('tooLong', `an expression has at most ${limits.expressionCharacters} characters`);
  }
  const known = parsedByText.get(text);
  if (known !== undefined) return known;
  if (parsedByText.size >= parsedTextsMax) parsedByText.clear();
  const outcome = parseAnew(text);
  parsedByText.set(text, outcome);
  return outcome;
}

function parseAnew(text: string): ParseOutcome {
  try {
    const run = untyped.parse(text);
    const { reads, tested, faults } = readsOfAst(run.ast);
    const [fault] = faults;
    return fault === undefined ? { ok: true, parsed: { run, reads, tested } } : { ok: false, ...fault };
  } catch (error) {
    return refuse('unparsable', summaryOf(error));
  }
}

function ofType(evaluated: Evaluated, answer: 'bool' | 'string'): Evaluated {
  const wanted = answer === 'bool' ? 'boolean' : 'string';
  if (!evaluated.ok || typeof evaluated.value === wanted) return evaluated;
  return refuse('mistyped', `the expression must answer a ${answer}`);
}

function refusalOf(error: unknown): Evaluated {
  if (error instanceof ValueFault) return refuse(error.code, error.message);
  const { code, node } = error as EvaluationError;
  if (code !== 'no_such_key') return refuse('notComputable', summaryOf(error));
  const base = node?.op === '.' || node?.op === '[]' ? node.args[0] : undefined;
  const ofCharacteristic = base?.op === 'id' && base.args === 'characteristics';
  const message = summaryOf(error).replace('No such key:', 'there is no value for');
  return refuse(ofCharacteristic ? 'characteristicUnset' : 'valueMissing', message);
}

const summaryOf = (error: unknown): string => {
  const { summary, message } = error as { readonly summary?: string; readonly message?: string };
  return (summary ?? message ?? 'the expression cannot be evaluated').slice(0, 300);
};
