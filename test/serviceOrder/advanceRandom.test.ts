import { expect, test } from 'vitest';
import type { CompactStep } from '../../src/decomposition/plan.ts';
import { assert, must } from '../../src/kernel/assert.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { advance } from '../../src/serviceOrder/advance.ts';
import type { ServiceOrderCommand, ServiceOrderEvent, ServiceOrderRun } from '../../src/serviceOrder/run.ts';
import { serviceOrderMachine } from '../../src/serviceOrder/machine.ts';
import { errorClasses } from '../../src/serviceOrder/recovery.ts';
import { type Draw, forSeeds } from '../kernel/random.ts';
import { apply, begin, doneWith, failedBy, policy, reported, revoke } from './driver.ts';

/** Up to six steps, each after some of those before it; applies come first, as plans have it. */
function drawPlan(draw: Draw): CompactStep[] {
  const size = draw(7);
  const applies = draw(size + 1);
  return Array.from({ length: size }, (_, index) => {
    const isRevoke = index >= applies;
    const alike = Array.from({ length: index }, (_, other) => other).filter(
      (other) => other >= applies === isRevoke && draw(3) === 0,
    );
    if (isRevoke) return revoke(String(index), alike.map(String));
    const waitsOn = [undefined, undefined, 'reliesOn.a.x', 'steps.0.r', 'steps.1.r'][draw(5)];
    return apply(String(index), alike.map(String), waitsOn === undefined ? undefined : [waitsOn]);
  });
}

const isTakenBack = (run: ServiceOrderRun, id: string) => {
  const { state = 'waiting', attempts = 0, outages = 0 } = run.steps[id] ?? {};
  return state === 'skipped' || state === 'undone' || (state === 'waiting' && attempts + outages === 0);
};
const isUnderWay = (run: ServiceOrderRun, id: string) =>
  run.steps[id]?.state === 'attempting' || run.steps[id]?.report?.looking === true;
const isOver = (run: ServiceOrderRun, id: string) => ['done', 'skipped'].includes(run.steps[id]?.state ?? '');

/** What must be true of every move of every run, whatever happens to it. */
function check(
  before: ServiceOrderRun,
  run: ServiceOrderRun,
  commands: readonly ServiceOrderCommand[],
  event: ServiceOrderEvent,
): void {
  for (const command of commands) {
    if (command.type === 'undoStep') checkUndo(before, run, command.step);
    if (command.type !== 'attemptStep') continue;
    const { step } = command;
    assert(run.retreat === undefined, `${step} is not attempted on the way back`);
    const { after, verb } = must(
      run.plan.find(({ id }) => id === step),
      step,
    );
    assert(
      after.every((id) => isOver(run, id)),
      `${step} is attempted after all it needs`,
    );
    assert(verb === 'apply' || run.stage === 'released', `${step} is taken away after the release`);
    const isOverNow = event.type === 'StepReported' && event.step === step;
    assert(isOverNow || !isUnderWay(before, step), `${step} is attempted once at a time`);
  }
  const isSettled = commands.some(({ type }) => type === 'settleServiceOrder');
  assert(isSettled === isFinal(serviceOrderMachine, run.state), 'final is what is settled');
  const isDone = run.retreat ? isTakenBack : isOver;
  assert(!isSettled || run.plan.every(({ id }) => isDone(run, id)), 'settled is what is over');
  for (const { attempts, report } of Object.values(run.steps)) {
    assert(attempts <= policy.retry.attempts, 'no more tries than allowed');
    assert((report?.waitedMs ?? 0) <= policy.reports.withinMs, 'no longer waited for than allowed');
  }
  const states = Object.values(run.steps).map(({ state }) => state);
  const isOutside = run.state === 'pendingExternal';
  assert(!isOutside || states.includes('accepted'), 'somebody outside is waited for');
  assert(!isOutside || !states.includes('attempting'), 'nothing else moves while others are waited for');
}

/** What builds upon it is gone, its own attempt is over, and nothing was taken away yet. */
function checkUndo(before: ServiceOrderRun, run: ServiceOrderRun, step: string): void {
  assert(
    before.steps[step]?.state !== 'undoing' || run.steps[step]?.state === 'undoing',
    'one undo at a time',
  );
  for (const { id, after, verb } of run.plan) {
    assert(!after.includes(step) || isTakenBack(run, id), `${step} is undone after ${id}`);
    assert(verb === 'apply' || isTakenBack(run, id), `nothing is undone once ${id} was taken away`);
  }
}

/** The events that may come next: each attempt may end in any way, each timer may ring. */
function follow(run: ServiceOrderRun, commands: readonly ServiceOrderCommand[], open: Set<string>): void {
  for (const command of commands) {
    if (command.type === 'attemptStep' || command.type === 'undoStep') {
      open.add(`report ${command.step}`);
      open.delete(`timer ${command.step}`);
    }
    if (command.type === 'retryLater') open.add(`timer ${command.step}`);
    if (command.type === 'awaitReport') open.add(`due ${command.step} ${command.number}`);
    if (command.type === 'reportReady') open.add('release');
  }
  const isMoving = (name: string) => {
    const [what, step = '', number] = name.split(' ');
    if (what === 'stop') return false;
    if (what === 'due') return run.steps[step]?.report?.timer?.number === Number(number);
    return !run.retreat || what === 'report';
  };
  const moving = [...open].filter(isMoving);
  assert(run.state !== 'held' || moving.length === 0, 'held is what nothing moves any more');
}

function drive(draw: Draw): ServiceOrderRun {
  const action = (['add', 'modify', 'delete'] as const)[draw(3)] ?? 'add';
  let run = begin(drawPlan(draw), action, draw(2) === 0 ? [] : ['reliesOn.a.x']);
  const open = new Set<string>(draw(4) === 0 ? ['begin', 'stop'] : ['begin']);
  let outages = 0;
  while (open.size > 0 && !isFinal(serviceOrderMachine, run.state)) {
    const isCalled = !open.has('begin') && draw(8) === 0;
    const name = [...open][draw(open.size)] ?? '';
    if (!isCalled) open.delete(name);
    const event: ServiceOrderEvent = isCalled
      ? { type: 'Called', step: String(draw(7)) }
      : eventOf(name, draw, () => outages++ < 20);
    const { run: next, commands } = advance(run, event);
    check(run, next, commands, event);
    follow(next, commands, open);
    run = next;
  }
  return run;
}

test('whatever happens in whatever order, every run ends completed, taken back or held, and in order', () => {
  const ends: Record<string, number> = {};
  forSeeds(10_000, (draw) => {
    const { state } = drive(draw);
    ends[state] = (ends[state] ?? 0) + 1;
  });
  expect(Object.keys(ends).sort()).toEqual(['cancelled', 'completed', 'failed', 'held']);
  expect(Math.min(...Object.values(ends))).toBeGreaterThan(100);
});

function eventOf(name: string, draw: Draw, mayFailByUs: () => boolean): ServiceOrderEvent {
  const [what, step = '', number] = name.split(' ');
  if (what === 'begin') return { type: 'Begun' };
  if (what === 'due') return { type: 'ReportDue', step, number: Number(number) };
  if (what === 'stop') return { type: 'StopRequested' };
  if (what === 'release') return { type: 'Released' };
  if (what === 'timer') return { type: 'RetryDue', step };
  if (draw(5) === 0) return reported(step, { type: 'accepted' });
  if (draw(3) > 0) return reported(step, doneWith(...(draw(2) === 0 ? [`steps.${step}.r`] : [])));
  const errorClass = errorClasses[draw(errorClasses.length)] ?? 'unknown';
  const endless = errorClass === 'ours' || errorClass === 'unavailable';
  return reported(step, endless && !mayFailByUs() ? doneWith() : failedBy(errorClass), draw(100) / 100);
}
