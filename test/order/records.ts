import type { Conclusion, Attempt, StandingStep } from '../../src/activation/attempt.ts';
import { type DoneStep, restoring } from '../../src/decomposition/compensation.ts';
import {
  type CompactServiceOrder,
  compactSteps,
  type CompactStep,
  stepName,
} from '../../src/decomposition/plan.ts';
import { type Footprint, footprintName } from '../../src/inventory/inventory.ts';
import { assert, must } from '../../src/kernel/assert.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { OrderRun } from '../../src/order/run.ts';
import type { StepState } from '../../src/serviceOrder/machine.ts';
import { rowAfter } from '../../src/serviceOrder/rowMove.ts';
import { namesBy } from './names.ts';
import { isPast, type Network, newValues, objectOf, oldObject, wasThere } from './network.ts';

/** What Postgres keeps of a step. */
export interface StepRow {
  readonly state: StepState;
  readonly way: 'do' | 'undo';
  readonly attempt: number;
  readonly generation: number;
  readonly decided: boolean;
  readonly ended: boolean;
  readonly wanted: StandingStep['wanted'];
  readonly before: Footprint | null;
  readonly fixed: StandingStep['fixed'];
}

/** The rows the activities write: steps by `<service order>/<step>`, footprints by object. */
export interface Records {
  readonly rows: Readonly<Record<string, StepRow>>;
  readonly prints: Readonly<Record<string, Footprint>>;
}

const freshRow = (verb: CompactStep['verb'], fixed: StandingStep['fixed']): StepRow => ({
  state: 'waiting',
  way: 'do',
  attempt: 0,
  generation: 0,
  decided: false,
  ended: false,
  wanted: null,
  before: null,
  fixed: verb === 'apply' ? (fixed ?? { values: newValues, results: {} }) : null,
});

export const rowKey = namesBy('/');

export function recordsBefore({ plan }: OrderRun): Records {
  const rows: Record<string, StepRow> = {};
  const prints: Record<string, Footprint> = {};
  for (const one of plan.serviceOrders)
    for (const step of one.steps ?? []) {
      rows[rowKey(one.id, step.id)] = freshRow(step.verb, null);
      if (wasThere(one, step)) prints[objectOf(one.id, step.id)] = oldPrint(one, step);
    }
  return { rows, prints };
}

function oldPrint(one: CompactServiceOrder, { id, system, verb }: CompactStep): Footprint {
  const object = objectOf(one.id, id);
  /** What goes was built in reverse: first to go is what was built upon the rest. */
  const above = verb === 'revoke' ? (one.steps ?? []).filter(({ after }) => after.includes(id)) : [];
  const builtAfter = above.map((other) => `${other.system} ${objectOf(one.id, other.id)}`);
  return {
    step: stepName(id),
    system,
    object,
    results: {},
    builtAfter,
    presence: 'present',
    ...oldObject(object),
  };
}

/** A step with all that an attempt needs. */
export function loadStep(
  { rows, prints }: Records,
  origin: CompactServiceOrder,
  serviceOrder: string,
  planned: CompactStep,
): StandingStep {
  const object = objectOf(origin.id, planned.id);
  const row = rows[rowKey(serviceOrder, planned.id)] ?? freshRow(planned.verb, null);
  const print = prints[object];
  const isOwn = origin.id === serviceOrder;
  const builtAfter = isOwn && planned.verb === 'apply' ? planned.after : [];
  const { fixed, state, way, attempt, generation, decided, wanted, before } = row;
  return {
    system: planned.system,
    verb: planned.verb,
    object,
    values: nothing,
    overrides: nothing,
    results: nothing,
    verify: 'always',
    fixed,
    state,
    way,
    attempt,
    generation,
    decided,
    wanted,
    before,
    changed: [],
    service: origin.id,
    characteristics: nothing,
    types: nothing,
    steps: nothing,
    reliesOn: nothing,
    builtAfter: builtAfter.flatMap((id) => {
      const below = prints[objectOf(origin.id, id)];
      return below && below.presence !== 'absent' ? [footprintName(below)] : [];
    }),
    standing: print && print.presence !== 'absent' ? print : null,
  };
}

const nothing = {};

/** An arrow that no attempt causes; one that led there already changes nothing. */
export function moveRow(
  records: Records,
  key: string,
  arrow: 'Held' | 'Skipped' | 'LeftBehind',
  way?: 'undo',
): Records {
  const row = must(records.rows[key], key);
  const state = rowAfter(row.state, arrow, way);
  if (state === row.state && (way ?? row.way) === row.way) return records;
  return withRow(records, key, { ...row, state, ended: true, ...(way && { way }) });
}

/** What a person set for the step wins from now on. */
export const overrideRow = (records: Records, key: string, values: JsonObject): Records => {
  const row = must(records.rows[key], key);
  return withRow(records, key, { ...row, fixed: row.fixed && { ...row.fixed, values } });
};

const withRow = (records: Records, key: string, row: StepRow): Records => ({
  ...records,
  rows: { ...records.rows, [key]: row },
});

export function noteAttempt(
  records: Records,
  key: string,
  step: StandingStep,
  attempt: Attempt,
  way: 'do' | 'undo',
): Records {
  return withRow(records, key, {
    state: way === 'do' ? 'attempting' : 'undoing',
    way,
    attempt: attempt.number,
    generation: attempt.generation,
    decided: false,
    ended: false,
    wanted: attempt.wanted,
    before: step.attempt === 0 ? step.standing : step.before,
    fixed: step.fixed,
  });
}

/** Nothing leaves for a system that is known to be away. */
export const noteWait = (records: Records, key: string, row: StepRow, way: 'do' | 'undo'): Records =>
  withRow(records, key, {
    ...row,
    state: stateWhileWaiting(row, way),
    way,
    decided: row.decided && row.way === way,
  });

function stateWhileWaiting({ state, decided, attempt }: StepRow, way: 'do' | 'undo'): StepState {
  if (way === 'undo') return 'undoing';
  if (state !== 'held') return state;
  return decided || attempt === 0 ? 'waiting' : 'inDoubt';
}

export const noteNothingToUndo = (records: Records, key: string, row: StepRow): Records =>
  withRow(records, key, { ...row, state: 'undone', way: 'undo', ended: true });

/** A newer attempt fences this one: then nothing is written, and undefined comes back. */
export function recordConclusion(
  records: Records,
  key: string,
  attempt: number,
  { system, object, name }: { readonly system: string; readonly object: string; readonly name: string },
  { state, decided, footprint }: Conclusion,
): Records | undefined {
  const row = records.rows[key];
  const isOpen = row !== undefined && !row.ended && ['attempting', 'accepted', 'undoing'].includes(row.state);
  const isCurrent = isOpen && row.attempt === attempt;
  if (!isCurrent) return undefined;
  const recorded = withRow(records, key, { ...row, state, decided, ended: state !== 'accepted' });
  if (footprint === undefined) return recorded;
  const print = { ...footprint, step: name, system, object };
  return { ...recorded, prints: { ...records.prints, [object]: print } };
}

export interface Compensation {
  readonly serviceOrder: CompactServiceOrder;
  readonly records: Records;
}

/** The service order that takes back what another one did, as the rows have it. */
export function compensationOf(
  network: Network,
  records: Records,
  planned: CompactServiceOrder,
): Compensation {
  assert(!isPast(network, planned), `${planned.id} is compensated only before its point of no return`);
  const { id, action, steps = [] } = planned;
  const standing = steps.flatMap((step) => records.prints[objectOf(id, step.id)] ?? []);
  const done = steps.flatMap((step) => {
    const row = records.rows[rowKey(id, step.id)];
    return row?.state === 'done' ? [doneStep(planned, step, row)] : [];
  });
  const taken = restoring(action, standing, done);
  const rows = Object.fromEntries(
    taken.map(({ name, verb, fixed }) => [rowKey(`${id}.c`, `1/${name}`), freshRow(verb, fixed ?? null)]),
  );
  const serviceOrder: CompactServiceOrder = {
    id: `${id}.c`,
    item: planned.item,
    action: action === 'add' ? 'delete' : 'modify',
    after: [],
    specification: planned.specification,
    domain: planned.domain,
    reliesOn: {},
    skippable: false,
    compensates: id,
    steps: compactSteps(taken, new Set()),
  };
  return { serviceOrder, records: { ...records, rows: { ...records.rows, ...rows } } };
}

const doneStep = (
  one: CompactServiceOrder,
  { id, system, verb, after, reports }: CompactStep,
  { before }: StepRow,
): DoneStep => ({
  name: stepName(id),
  system,
  verb,
  object: objectOf(one.id, id),
  values: {},
  results: {},
  verify: 'always',
  builtAfter: [],
  after: after.map(stepName),
  before,
  reports: reports ?? null,
});
