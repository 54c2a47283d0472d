import { Environment } from '@marcbachmann/cel-js';
import { type CharacteristicType, entryIn } from './model.ts';
import type { ExpressionFault, Read } from './expressionReads.ts';
import { limits } from './limits.ts';

/** What an expression may read, and what it must answer. An absent root may not be read. */
export interface ExpressionContext {
  readonly service?: true;
  readonly characteristics?: Readonly<Record<string, CharacteristicType>>;
  /** Step → its results; alias → the results of the specification relied on. */
  readonly steps?: Readonly<Record<string, readonly string[]>>;
  readonly reliesOn?: Readonly<Record<string, readonly string[]>>;
  readonly observed?: true;
  /** Characteristics that may have no value: reading one needs `has()` in the same expression. */
  readonly mayBeUnset?: ReadonlySet<string>;
  readonly answer: 'bool' | 'string' | 'json';
}

export type AnswerType = 'bool' | 'int' | 'double' | 'string' | 'null' | 'list' | 'map' | 'dyn';

export const celOptions = {
  homogeneousAggregateLiterals: false,
  limits: { maxAstNodes: limits.expressionNodes, maxDepth: limits.expressionDepth },
};

/** Why this context does not offer what is read. */
export function faultOf(
  { root, names: [first = '', second = ''], text }: Read,
  tested: ReadonlySet<string>,
  context: ExpressionContext,
): ExpressionFault | undefined {
  if (context[root] === undefined) return { code: 'notReadable', message: `${root} cannot be read here` };
  const unknown = { code: 'unknownName', message: `${text} does not exist here` };
  switch (root) {
    case 'observed':
      return undefined;
    case 'service':
      return first === 'id' ? undefined : unknown;
    case 'characteristics':
      if (entryIn(context.characteristics ?? {}, first) === undefined) return unknown;
      if (!context.mayBeUnset?.has(first) || tested.has(text)) return undefined;
      return { code: 'mayBeUnset', message: `${text} may have no value; ask has(${text}) first` };
    case 'steps':
    case 'reliesOn':
      return entryIn(context[root] ?? {}, first)?.includes(second) ? undefined : unknown;
  }
}

const typedEnvironments = new WeakMap<ExpressionContext, Environment>();
const celTypes = { integer: 'int', number: 'double', string: 'string', boolean: 'bool' } as const;

export function typedEnvironment(context: ExpressionContext): Environment {
  const known = typedEnvironments.get(context);
  if (known !== undefined) return known;
  const types = Object.entries(context.characteristics ?? {}).map(([name, type]) => [name, celTypes[type]]);
  const made = new Environment(celOptions)
    .registerVariable({ name: 'service', schema: { id: 'string' } })
    .registerVariable('steps', 'dyn')
    .registerVariable('reliesOn', 'dyn')
    .registerVariable('observed', 'dyn');
  if (types.length === 0) made.registerVariable('characteristics', 'dyn');
  else made.registerVariable({ name: 'characteristics', schema: Object.fromEntries(types) });
  typedEnvironments.set(context, made);
  return made;
}

export function answerType(type: string): AnswerType | undefined {
  if (type.startsWith('list')) return 'list';
  if (type.startsWith('map')) return 'map';
  const plain = ['bool', 'int', 'double', 'string', 'null', 'dyn'] as const;
  return type.startsWith('dyn') ? 'dyn' : plain.find((name) => name === type);
}
