import type {
  CharacteristicSpecifications,
  RecoveryRow,
  ServiceSpecification,
  StepSpecification,
} from '../../src/catalog/model.ts';
import type { Draw } from '../kernel/random.ts';
import { row } from '../serviceOrder/policyRow.ts';

export const systems = ['y0', 'y1'] as const;

/** Few names and few texts: an expression that was parsed once is known. */
const stepNames = ['a', 'b', 'c'] as const;

export const size = { type: 'integer', required: false, default: 1 } as const;
export const tag = { type: 'string', required: false, default: 'x' } as const;
const characteristics: CharacteristicSpecifications = { size, tag };

type Steps = Record<string, StepSpecification>;

/** Relies on some of those before it: so nothing goes in circles. */
export function drawServiceSpecification(draw: Draw, index: number): ServiceSpecification {
  const below = Array.from({ length: index }, (_, other) => other).filter(() => draw(2) === 1);
  const reliesOn = Object.fromEntries(below.map((other) => [`on${other}`, { specification: `v${other}` }]));
  const foreign = Object.keys(reliesOn).map((alias) => `reliesOn.${alias}.r`);
  const steps: Steps = {};
  for (const name of stepNames.slice(0, 1 + draw(3))) steps[name] = drawStep(draw, name, steps, foreign);
  const results = ['characteristics.size', ...outsOf(steps, Object.keys(steps)), ...foreign];
  const recovery = draw(3) === 1 ? recoveryOf(steps) : [];
  return {
    kind: 'serviceSpecification',
    id: `v${index}`,
    name: `Service ${index}`,
    version: '1',
    domain: `d${index % 2}`,
    characteristics,
    reliesOn,
    steps,
    results: { r: results[draw(results.length)] ?? 'characteristics.size' },
    ...(recovery.length > 0 && { recovery }),
  };
}

function drawStep(draw: Draw, name: string, earlier: Steps, foreign: readonly string[]): StepSpecification {
  const before = Object.keys(earlier);
  const after = [[], before.slice(-1), before][draw(3)] ?? [];
  const readable = ['characteristics.size', ...outsOf(earlier, reachable(earlier, after)), ...foreign];
  const read = readable[draw(readable.length)] ?? 'characteristics.size';
  const isRenamed = draw(6) === 1;
  const mark = draw(16);
  return {
    system: systems[draw(2)] ?? 'y0',
    object: isRenamed ? `service.id + "/${name}/" + characteristics.tag` : `service.id + "/${name}"`,
    values: draw(4) === 1 ? { v: read, w: 'characteristics.tag' } : { v: read },
    results: draw(3) === 1 ? {} : { out: 'observed.v' },
    after,
    verify: 'always',
    ...((mark === 1 || mark === 2) && { optional: true }),
    ...((mark === 3 || mark === 4) && { pointOfNoReturn: true }),
    ...(mark === 5 && { reports: { within: '20s', poll: '5s' } }),
  };
}

/** What the steps give; an optional one may be missing. */
const outsOf = (steps: Steps, names: readonly string[]): string[] =>
  names
    .filter((name) => steps[name]?.results.out && !steps[name].optional)
    .map((name) => `steps.${name}.out`);

const reachable = (steps: Steps, names: readonly string[]): string[] => [
  ...new Set(names.flatMap((name) => [name, ...reachable(steps, steps[name]?.after ?? [])])),
];

const recoveryOf = (steps: Steps): RecoveryRow[] => [
  ...Object.keys(steps)
    .filter((step) => steps[step]?.optional)
    .map((step) => row('skip', { step, class: 'transient' as const })),
  row('undo', { class: 'conflict' as const }),
  row('undo', { class: 'invalid' as const, retry: { attempts: 2, from: '1s', upTo: '2s' } }),
];
