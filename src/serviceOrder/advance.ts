import { must, unreachable } from '../kernel/assert.ts';
import { follow } from '../kernel/machine.ts';
import { type CompactStep, isUnneeded, type ServiceAction, stepName } from '../decomposition/plan.ts';
import {
  serviceOrderMachine,
  stepMachine,
  type ServiceOrderArrow,
  type ServiceOrderState,
  type StepArrow,
  type StepState,
} from './machine.ts';
import { costsAttempt, recover, type ErrorClass, type RecoveryPolicy } from './recovery.ts';

/** What an attempt of a step came to. Texts and values stay in Postgres. */
export type StepReport =
  | { readonly type: 'done'; readonly changed: readonly string[] }
  | {
      readonly type: 'failed';
      readonly class: ErrorClass;
      readonly code: string;
      readonly retryAfterMs?: number;
    };

export interface StepRun {
  readonly state: StepState;
  readonly attempts: number;
  readonly outages: number;
  /** Why it waits or is held: `ipam throttled`, for people. */
  readonly trouble?: { readonly class: ErrorClass; readonly code: string };
}

export interface ServiceOrderRun {
  readonly action: ServiceAction;
  readonly plan: readonly CompactStep[];
  readonly policy: RecoveryPolicy;
  readonly state: ServiceOrderState;
  readonly steps: Readonly<Record<string, StepRun>>;
  /** Names of results that changed: those it relies on and those of its own steps. */
  readonly changed: readonly string[];
  readonly stage: 'building' | 'ready' | 'released';
}

export type ServiceOrderEvent =
  | { readonly type: 'Begun' }
  | {
      readonly type: 'StepReported';
      readonly step: string;
      readonly report: StepReport;
      readonly jitter: number;
    }
  | { readonly type: 'RetryDue'; readonly step: string }
  | { readonly type: 'Released' };

export type ServiceOrderChange =
  | {
      readonly type: 'step';
      readonly step: string;
      readonly arrow: 'Held';
      readonly class: ErrorClass;
      readonly code: string;
    }
  | { readonly type: 'serviceOrder'; readonly arrow: ServiceOrderArrow };

export type ServiceOrderCommand =
  | { readonly type: 'attemptStep'; readonly step: string }
  | {
      readonly type: 'retryLater';
      readonly step: string;
      readonly afterMs: number;
      readonly attempt: number;
      readonly of: number | null;
    }
  | { readonly type: 'recordServiceOrder'; readonly changes: readonly ServiceOrderChange[] }
  | { readonly type: 'reportHeld'; readonly code: string; readonly reason: string }
  | { readonly type: 'reportReady' }
  | { readonly type: 'settleServiceOrder'; readonly skipped: readonly string[] };

export interface Advanced {
  readonly run: ServiceOrderRun;
  readonly commands: readonly ServiceOrderCommand[];
}

export const beginServiceOrder = (
  action: ServiceAction,
  plan: readonly CompactStep[],
  policy: RecoveryPolicy,
  changed: readonly string[],
): ServiceOrderRun => ({
  action,
  plan,
  policy,
  state: 'acknowledged',
  steps: Object.fromEntries(
    plan.map(({ id }) => [id, { state: 'waiting', attempts: 0, outages: 0 } as StepRun]),
  ),
  changed,
  stage: action === 'modify' && plan.some(({ verb }) => verb === 'revoke') ? 'building' : 'released',
});

/** The one way a service order moves: what happened goes in, the new state and what to do about it come out. */
export function advance(before: ServiceOrderRun, event: ServiceOrderEvent): Advanced {
  const noted = note(before, event);
  const started = schedule(noted.run);
  const run = started.run;
  const commands = [...noted.commands, ...started.commands];
  if (run.plan.every(({ id }) => isOver(step(run, id)))) return settle(run, commands);
  if (run.stage === 'building' && builtUp(run)) {
    return { run: { ...run, stage: 'ready' }, commands: [...commands, { type: 'reportReady' }] };
  }
  return run.state !== 'held' && isStuck(run) ? hold(run, commands) : { run, commands };
}

function note(run: ServiceOrderRun, event: ServiceOrderEvent): Advanced {
  switch (event.type) {
    case 'Begun':
      return { run, commands: [] };
    case 'Released':
      return { run: { ...run, stage: 'released' }, commands: [] };
    case 'RetryDue':
      return attempt(run, event.step);
    case 'StepReported':
      return event.report.type === 'done'
        ? noteDone(run, event.step, event.report.changed)
        : noteFailure(run, event.step, event.report, event.jitter);
    default:
      return unreachable(event);
  }
}

const noteDone = (run: ServiceOrderRun, id: string, changed: readonly string[]): Advanced => ({
  run: { ...move(run, id, 'Done'), changed: [...run.changed, ...changed] },
  commands: [],
});

function noteFailure(
  run: ServiceOrderRun,
  id: string,
  failure: Extract<StepReport, { type: 'failed' }>,
  jitter: number,
): Advanced {
  const { class: errorClass, code, retryAfterMs } = failure;
  const counted = costsAttempt(errorClass);
  const before = step(run, id);
  const attempts = before.attempts + (counted ? 1 : 0);
  const outages = before.outages + (counted ? 0 : 1);
  const { verb } = must(
    run.plan.find((planned) => planned.id === id),
    `step ${id}`,
  );
  const settled = withStep(move(run, id, arrowOf(errorClass)), id, {
    attempts,
    outages,
    trouble: { class: errorClass, code },
  });
  const next = recover(run.policy, {
    verb,
    class: errorClass,
    attempts,
    outages,
    jitter,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
  if (next.type === 'retry') {
    const { afterMs, attempt: number, of } = next;
    return { run: settled, commands: [{ type: 'retryLater', step: id, afterMs, attempt: number, of }] };
  }
  const change: ServiceOrderChange = { type: 'step', step: id, arrow: 'Held', class: errorClass, code };
  return { run: move(settled, id, 'Held'), commands: [{ type: 'recordServiceOrder', changes: [change] }] };
}

/** Where an attempt without a good end leaves the step: the same table `applyStep` writes by. */
export function arrowOf(errorClass: ErrorClass): Extract<StepArrow, 'Deferred' | 'Doubted' | 'Refused'> {
  switch (errorClass) {
    case 'transient':
    case 'throttled':
    case 'unavailable':
      return 'Deferred';
    case 'inDoubt':
    case 'ours':
    case 'unknown':
      return 'Doubted';
    case 'refused':
    case 'invalid':
    case 'conflict':
    case 'drift':
    case 'lied':
      return 'Refused';
    default:
      return unreachable(errorClass);
  }
}

/** Attempts or skips every step whose predecessors are over; a skip may free the next. */
function schedule(before: ServiceOrderRun): Advanced {
  let run = before;
  const commands: ServiceOrderCommand[] = [];
  for (let moved = true; moved; ) {
    moved = false;
    for (const planned of run.plan) {
      if (!isDue(run, planned)) continue;
      moved = true;
      if (isUnneeded(planned, run.changed)) {
        run = move(run, planned.id, 'Skipped');
        continue;
      }
      const attempted = attempt(run, planned.id);
      run = attempted.run;
      commands.push(...attempted.commands);
    }
  }
  return { run, commands };
}

/** A step that waits for its next try has been attempted before, and its timer is what brings it back. */
function isDue(run: ServiceOrderRun, planned: CompactStep): boolean {
  const now = step(run, planned.id);
  if (now.state !== 'waiting' || now.attempts + now.outages > 0) return false;
  if (planned.verb === 'revoke' && run.stage !== 'released') return false;
  return planned.after.every((id) => isOver(step(run, id)));
}

function attempt(run: ServiceOrderRun, id: string): Advanced {
  const moved = move(run, id, 'Attempted');
  const state = run.state === 'acknowledged' ? followOrder(run.state, 'Started') : run.state;
  return { run: { ...moved, state }, commands: [{ type: 'attemptStep', step: id }] };
}

const builtUp = (run: ServiceOrderRun): boolean =>
  run.plan.every(({ id, verb }) => verb === 'revoke' || isOver(step(run, id)));

const isOver = ({ state }: StepRun): boolean => state === 'done' || state === 'skipped';

/** A step is held, and no attempt, timer or gate will move the service order without a person. */
function isStuck(run: ServiceOrderRun): boolean {
  const steps = Object.values(run.steps);
  const moving = steps.some(
    ({ state, attempts, outages }) =>
      state === 'attempting' || state === 'inDoubt' || (state === 'waiting' && attempts + outages > 0),
  );
  return !moving && steps.some(({ state }) => state === 'held');
}

function hold(run: ServiceOrderRun, commands: readonly ServiceOrderCommand[]): Advanced {
  const held = must(
    run.plan.find(({ id }) => step(run, id).state === 'held'),
    'a held step',
  );
  const trouble = must(step(run, held.id).trouble, 'the trouble of a held step');
  const reason = `a person: ${stepName(held.id)} on ${held.system}, ${trouble.class} (${trouble.code})`;
  return {
    run: { ...run, state: followOrder(run.state, 'Held') },
    commands: [
      ...commands,
      { type: 'recordServiceOrder', changes: [{ type: 'serviceOrder', arrow: 'Held' }] },
      { type: 'reportHeld', code: trouble.code, reason },
    ],
  };
}

function settle(run: ServiceOrderRun, commands: readonly ServiceOrderCommand[]): Advanced {
  const started = run.state === 'acknowledged' ? followOrder(run.state, 'Started') : run.state;
  const skipped = run.plan.filter(({ id }) => step(run, id).state === 'skipped').map(({ id }) => id);
  return {
    run: { ...run, state: followOrder(started, 'Completed') },
    commands: [...commands, { type: 'settleServiceOrder', skipped }],
  };
}

const followOrder = (from: ServiceOrderState, arrow: ServiceOrderArrow): ServiceOrderState =>
  follow<ServiceOrderState, ServiceOrderArrow>(serviceOrderMachine, from, arrow);

const step = (run: ServiceOrderRun, id: string): StepRun => must(run.steps[id], `step ${id}`);

const move = (run: ServiceOrderRun, id: string, arrow: StepArrow): ServiceOrderRun =>
  withStep(run, id, { state: follow<StepState, StepArrow>(stepMachine, step(run, id).state, arrow) });

const withStep = (run: ServiceOrderRun, id: string, change: Partial<StepRun>): ServiceOrderRun => ({
  ...run,
  steps: { ...run.steps, [id]: { ...step(run, id), ...change } },
});
