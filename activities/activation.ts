import { randomBytes } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { isOutage, withTenant } from '../drizzle/client.ts';
import { startServiceOrder } from '../drizzle/serviceOrderStore.ts';
import {
  type LoadedStep,
  loadStep,
  noteAttempt,
  recordConclusion,
  type StepRef,
} from '../drizzle/stepStore.ts';
import { CallFailed, type StepCall } from '../src/activation/adapter.ts';
import {
  type Attempt,
  conclude,
  nextAttempt,
  type StepOutcome,
  type Trouble,
} from '../src/activation/attempt.ts';
import { judgeDone, judgeDoubt, type Judgement } from '../src/activation/judge.ts';
import type { StepReport } from '../src/serviceOrder/advance.ts';
import type { ActivityDeps } from './deps.ts';

export interface StepInput {
  readonly tenant: string;
  readonly serviceOrder: string;
  /** `<item ordinal>/<step>`. */
  readonly step: string;
}

/**
 * One attempt of one step: noted, sent, read back, recorded. Whatever the network makes of it is returned; the
 * workflow decides what comes next.
 */
export const createActivation = (deps: ActivityDeps) => {
  const attemptStep = async (input: StepInput): Promise<StepReport> => {
    const ref = refOf(input);
    try {
      const noted = await note(deps, ref);
      if (noted.type === 'over') return { type: 'done', changed: noted.changed };
      deps.failpoint('step.noted');
      const outcome = noted.attempt.impossible ?? (await perform(deps, noted));
      deps.failpoint('step.performed');
      return await record(deps, ref, noted, outcome);
    } catch (error) {
      if (!isOutage(error)) throw error;
      deps.log.warn({ err: error, ...ref }, 'postgres cannot be reached; the step will try again');
      return { type: 'failed', class: 'ours', code: 'postgresUnreachable' };
    }
  };
  return { applyStep: attemptStep, revokeStep: attemptStep };
};

function refOf({ tenant, serviceOrder, step }: StepInput): StepRef {
  const slash = step.indexOf('/');
  return { tenant, serviceOrder, item: Number(step.slice(0, slash)), step: step.slice(slash + 1) };
}

interface NotedAttempt {
  readonly type: 'noted';
  readonly step: LoadedStep;
  readonly attempt: Attempt;
  readonly correlationId: string;
}
type Noted = NotedAttempt | { readonly type: 'over'; readonly changed: readonly string[] };

const note = (deps: ActivityDeps, ref: StepRef): Promise<Noted> =>
  withTenant(deps.db, ref.tenant, async (tx): Promise<Noted> => {
    const step = await loadStep(tx, ref);
    if (step.state === 'done') return { type: 'over', changed: step.changed };
    const attempt = nextAttempt(
      step,
      (generation) => `${ref.serviceOrder}/${ref.item}/${ref.step}/${generation}/do`,
    );
    const correlationId = `${ref.tenant}.${step.system}.${randomBytes(18).toString('base64url')}`;
    await noteAttempt(tx, ref, attempt, correlationId, step.standing);
    if (!step.started) await startServiceOrder(tx, ref.tenant, ref.serviceOrder);
    return { type: 'noted', step, attempt, correlationId };
  });

/** Never throws for what a system does: a call without an answer is an outcome, too. */
async function perform(
  deps: ActivityDeps,
  { step, attempt, correlationId }: NotedAttempt,
): Promise<StepOutcome> {
  const { key, wanted: values, expect } = attempt;
  const { verb, object } = step;
  const wanted = { verb, key, values, expect };
  const call: StepCall = { key, object, values, expect, correlationId };
  const heartbeat = setInterval(() => Context.current().heartbeat(), 1_000);
  const signal = Context.current().cancellationSignal;
  let mayHaveEffect = attempt.inDoubt;
  try {
    const adapter = deps.adapterFor(step.adapter ?? '', step.address ?? '');
    if (attempt.inDoubt) {
      const judged = judgeDoubt(wanted, await adapter.read(call, signal));
      if (judged.type !== 'withoutEffect') return outcomeOf(judged);
      mayHaveEffect = false;
    }
    const answer = await adapter[verb](call, signal);
    if (answer.type === 'accepted')
      return trouble('unknown', 'acceptedUnexpected', 'the system wants to report later');
    if (answer.type === 'refused') return trouble(answer.class, answer.code, answer.message);
    mayHaveEffect = true;
    deps.failpoint('step.answered');
    if (step.verify === 'never') return { type: 'done', observed: answer.observed, version: answer.version };
    return outcomeOf(judgeDone(wanted, await adapter.read(call, signal)));
  } catch (error) {
    if (signal.aborted) return trouble('ours', 'workerShutdown', 'the worker shut down during the call');
    return classify(error, mayHaveEffect);
  } finally {
    clearInterval(heartbeat);
  }
}

const outcomeOf = (judged: Exclude<Judgement, { type: 'withoutEffect' }>): StepOutcome =>
  judged.type === 'effected'
    ? { type: 'done', observed: judged.observed, version: judged.version }
    : trouble(judged.class, judged.code, judged.message);

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
  if (mayHaveEffect || failure === 'noAnswer') return trouble('inDoubt', code, message);
  const errorClass = failure === 'busy' ? 'throttled' : 'transient';
  return { ...trouble(errorClass, code, message), ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** A newer attempt fences this one: its outcome is late, and nothing of it is kept. */
const record = (
  deps: ActivityDeps,
  ref: StepRef,
  noted: NotedAttempt,
  outcome: StepOutcome,
): Promise<StepReport> =>
  withTenant(deps.db, ref.tenant, async (tx): Promise<StepReport> => {
    const conclusion = conclude(noted.step, ref.step, noted.attempt, outcome);
    const current = await recordConclusion(tx, ref, noted.attempt.number, conclusion);
    return current ? conclusion.report : { type: 'failed', class: 'ours', code: 'fenced' };
  });
