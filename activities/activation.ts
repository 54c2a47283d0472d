import { randomBytes } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { isCollision, isOutage, type Tx, withTenant } from '../drizzle/client.ts';
import { changedByStep } from '../drizzle/itemResults.ts';
import { startServiceOrder } from '../drizzle/serviceOrderStore.ts';
import {
  type LoadedStep,
  loadStep,
  noteAttempt,
  noteNothingToUndo,
  noteWait,
  recordConclusion,
  type StepRef,
} from '../drizzle/stepStore.ts';
import { CallFailed, type Expectation, type Observed, type StepCall } from '../src/activation/adapter.ts';
import {
  acceptedAttempt,
  type Attempt,
  conclude,
  nextAttempt,
  type StandingStep,
  type StepOutcome,
  type Trouble,
} from '../src/activation/attempt.ts';
import { fenced, overAlready, tooLate } from '../src/activation/fence.ts';
import { judgeDone, judgeForward, type Judgement, judgeReport } from '../src/activation/judge.ts';
import { concludeUndo, judgeUndo, nextUndo } from '../src/activation/undo.ts';
import { unreachable } from '../src/kernel/assert.ts';
import type { StepReport } from '../src/serviceOrder/run.ts';
import type { ActivityDeps } from './deps.ts';
import { admission, createListener, type Listener, noteSign, waitMessage, waitReport } from './systemGate.ts';

export interface StepInput {
  readonly tenant: string;
  readonly serviceOrder: string;
  /** `<item ordinal>/<step>`. */
  readonly step: string;
  readonly system: string;
}

/**
 * One attempt of one step: noted, sent, read back, recorded. Whatever the network makes of it is returned; the
 * workflow decides what comes next.
 */
export const createActivation = (deps: ActivityDeps) => {
  const attemptStep = async (input: StepInput, way: Way): Promise<StepReport> => {
    const ref = stepRefOf(input);
    const leave = await deps.places.take(Context.current().info.taskQueue, input.system);
    if (leave === undefined) return { type: 'failed', class: 'unavailable', code: 'systemSlow' };
    try {
      const noted = await note(deps, ref, way);
      if (noted.type === 'over') return noted.report;
      deps.failpoint('step.noted');
      const listener = createListener();
      const outcome = noted.attempt.impossible ?? (await perform(deps, ref, noted, listener));
      deps.failpoint('step.performed');
      return await record(deps, ref, noted, outcome, listener);
    } catch (error) {
      if (!isOutage(error) && !isCollision(error)) throw error;
      deps.log.warn({ err: error, ...ref }, 'postgres could not do it now; the step will try again');
      return { type: 'failed', class: 'ours', code: 'postgresUnreachable' };
    } finally {
      leave();
    }
  };
  return {
    applyStep: (input: StepInput) => attemptStep(input, 'do'),
    revokeStep: (input: StepInput) => attemptStep(input, 'do'),
    /** Brings the step's object back to how it was before; what there is to do, its footprint tells. */
    undoStep: (input: StepInput) => attemptStep(input, 'undo'),
  };
};

type Way = StandingStep['way'];

export function stepRefOf({ tenant, serviceOrder, step }: Omit<StepInput, 'system'>): StepRef {
  const slash = step.indexOf('/');
  return { tenant, serviceOrder, item: Number(step.slice(0, slash)), step: step.slice(slash + 1) };
}

interface NotedAttempt {
  readonly type: 'noted';
  readonly way: Way;
  readonly step: LoadedStep;
  readonly attempt: Attempt;
  readonly admitted: 'call' | 'probe';
  readonly correlationId: string;
}
type Noted = NotedAttempt | { readonly type: 'over'; readonly report: StepReport };

const over = (report: StepReport): Noted => ({ type: 'over', report });

const note = (deps: ActivityDeps, ref: StepRef, way: Way): Promise<Noted> =>
  withTenant(deps.db, ref.tenant, async (tx): Promise<Noted> => {
    const step = await loadStep(tx, ref);
    const keyOf = (generation: number) => `${keyPrefix(ref)}${generation}/${way}`;
    const already = overAlready(step, way);
    if (already) return over(way === 'do' ? await reportOf(tx, ref, step, already) : already);
    const attempt = attemptOf(step, way, keyOf);
    if (attempt === 'nothing') {
      await noteNothingToUndo(tx, ref);
      return over({ type: 'done', changed: [] });
    }
    if (!step.started && !(await startServiceOrder(tx, ref.tenant, ref.serviceOrder))) return over(tooLate);
    const admitted = attempt.impossible ? nothingSent : await admission(tx, step, deps.breaker);
    if (admitted.type === 'wait') {
      await noteWait(tx, ref, way, { code: admitted.code, message: waitMessage(step, admitted) });
      return over(waitReport(admitted));
    }
    const correlationId = freshCorrelationId(ref, step);
    const noted = { type: 'noted', way, step, attempt, admitted: admitted.type, correlationId } as const;
    if (!isLook(noted)) await noteAttempt(tx, ref, attempt, correlationId, way, step.standing);
    return noted;
  });

function attemptOf(step: LoadedStep, way: Way, keyOf: (generation: number) => string): Attempt | 'nothing' {
  if (way === 'undo') return nextUndo(step, keyOf);
  return step.state === 'accepted' ? acceptedAttempt(step, keyOf) : nextAttempt(step, keyOf);
}

const nothingSent = { type: 'call' } as const;

/** All keys of a step begin so: a write under one of them is ours. */
export const keyPrefix = ({ serviceOrder, item, step }: StepRef): string =>
  `${serviceOrder}/${item}/${step}/`;

/** What a system reports under; nobody can guess it. */
export const freshCorrelationId = ({ tenant }: StepRef, { system }: StandingStep): string =>
  `${tenant}.${system}.${randomBytes(18).toString('base64url')}`;

/** Never throws for what a system does: a call without an answer is an outcome, too. */
async function perform(
  deps: ActivityDeps,
  ref: StepRef,
  noted: NotedAttempt,
  listener: Listener,
): Promise<StepOutcome> {
  const { step, attempt, correlationId } = noted;
  const { verb, key, wanted: values, wantedResults } = attempt;
  const heartbeat = setInterval(() => Context.current().heartbeat(), 1_000);
  const signal = Context.current().cancellationSignal;
  let mayHaveEffect = attempt.inDoubt;
  try {
    const adapter = listener.through(deps.adapterFor(step.adapter ?? '', step.address ?? ''), signal);
    const callWith = (expect: Expectation): StepCall => ({
      ...{ key, object: step.object, values, expect, correlationId },
      ...(wantedResults && { wantedResults }),
    });
    let { expect } = attempt;
    if (attempt.inDoubt) {
      const now = await adapter.read(callWith(expect), signal);
      if (isLook(noted)) return outcomeOf(judgeReport({ verb, key, values, expect }, isKeyOf(ref), now));
      const judged = judgeSoFar(ref, noted, now);
      if (judged.type !== 'goAhead') return outcomeOf(judged);
      ({ expect } = judged);
      mayHaveEffect = false;
    }
    const call = callWith(expect);
    const answer = await adapter[verb](call, signal);
    if (answer.type === 'accepted') return answer;
    if (answer.type === 'refused') return trouble(answer.class, answer.code, answer.message);
    mayHaveEffect = true;
    deps.failpoint('step.answered');
    if (step.verify === 'never') return { type: 'done', observed: answer.observed, version: answer.version };
    return outcomeOf(judgeDone({ verb, key, values, expect }, await adapter.read(call, signal)));
  } catch (error) {
    if (signal.aborted) return trouble('ours', 'workerShutdown', 'the worker shut down during the call');
    return isLook(noted) ? unseen(error) : classify(error, mayHaveEffect);
  } finally {
    clearInterval(heartbeat);
  }
}

/** The system has the call: there is nothing to send, only something to look at. */
const isLook = ({ way, step }: NotedAttempt): boolean => way === 'do' && step.state === 'accepted';

/** A look that nobody answered changes nothing: it costs no attempt, and there will be another. */
function unseen(error: unknown): StepOutcome {
  const outcome = classify(error, false);
  const isAnswerless = outcome.type === 'failed' && outcome.class !== 'unknown';
  return isAnswerless ? { ...outcome, class: 'unavailable' } : outcome;
}

type JudgedSoFar =
  | Exclude<Judgement, { type: 'withoutEffect' }>
  | { readonly type: 'goAhead'; readonly expect: Expectation };

const isKeyOf = (ref: StepRef) => {
  const prefix = keyPrefix(ref);
  return (key: string): boolean => key.startsWith(prefix);
};

/** Nobody heard the end of an earlier call: is the work done, does something stand in the way, or may it go on? */
function judgeSoFar(ref: StepRef, { way, step, attempt }: NotedAttempt, now: Observed): JudgedSoFar {
  const { verb, key, wanted: values, expect } = attempt;
  const isOwnKey = isKeyOf(ref);
  const judged =
    way === 'undo'
      ? judgeUndo(attempt, step.before, isOwnKey, now)
      : judgeForward({ verb, key, values, expect }, isOwnKey, now);
  if (judged.type === 'ours') return { type: 'goAhead', expect: judged.expect };
  return judged.type === 'withoutEffect' ? { type: 'goAhead', expect } : judged;
}

function outcomeOf(judged: Exclude<Judgement, { type: 'withoutEffect' }>): StepOutcome {
  switch (judged.type) {
    case 'effected': {
      const { observed, version, key } = judged;
      return { type: 'done', observed, version, ...(key !== undefined && { key }) };
    }
    case 'pending':
      return { type: 'accepted' };
    case 'wrong':
      return {
        ...trouble(judged.class, judged.code, judged.message),
        ...(judged.final && { final: true }),
      };
    default:
      return unreachable(judged);
  }
}

const trouble = (errorClass: Trouble['class'], code: string, message: string): Trouble => ({
  type: 'failed',
  class: errorClass,
  code,
  message,
});

/**
 * The one place where thrown errors become classes. Once a call may have taken effect nothing is merely
 * transient: the next attempt has to read first.
 */
function classify(error: unknown, mayHaveEffect: boolean): StepOutcome {
  if (!(error instanceof CallFailed)) {
    return trouble('unknown', 'unexpected', error instanceof Error ? error.message : String(error));
  }
  const { failure, code, message, retryAfterMs } = error;
  const isInDoubt = mayHaveEffect || failure === 'noAnswer';
  const surely = failure === 'notSent' ? 'transient' : 'throttled';
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { ...trouble(isInDoubt ? 'inDoubt' : surely, code, message), ...wait };
}

/** A newer attempt fences this one: its outcome is late, and nothing of it is kept. */
const record = (
  deps: ActivityDeps,
  ref: StepRef,
  noted: NotedAttempt,
  outcome: StepOutcome,
  listener: Listener,
): Promise<StepReport> =>
  withTenant(deps.db, ref.tenant, async (tx): Promise<StepReport> => {
    const { way, step, attempt } = noted;
    const conclusion =
      way === 'do' ? conclude(step, ref.step, attempt, outcome) : concludeUndo(step, attempt, outcome);
    const current = await recordConclusion(
      tx,
      ref,
      noted.attempt.number,
      conclusion,
      deps.watch,
      listener.seen(),
    );
    const called = { admitted: noted.admitted, by: keyPrefix(ref) };
    const outage = await noteSign(tx, step, called, listener, deps.breaker);
    const { report } = conclusion;
    if (!current) {
      deps.log.warn({ ...ref, attempt: attempt.number }, 'a late attempt was fenced');
      return fenced;
    }
    if (report.type === 'failed') return { ...report, ...outage };
    return way === 'do' ? reportOf(tx, ref, step, report) : report;
  });

/** Where items may rely on each other, a report says what changed for all of them. */
export async function reportOf(
  tx: Tx,
  ref: StepRef,
  step: LoadedStep,
  report: StepReport,
): Promise<StepReport> {
  if (report.type !== 'done' || !step.alone) return report;
  const { tenant, serviceOrder, item } = ref;
  return { ...report, changed: await changedByStep(tx, tenant, serviceOrder, item, report.changed) };
}
