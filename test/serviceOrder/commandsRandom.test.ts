import { expect, test } from 'vitest';
import type { CompactStep } from '../../src/decomposition/plan.ts';
import { assert, must } from '../../src/kernel/assert.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { stepCommands } from '../../src/operator/commands.ts';
import { advance } from '../../src/serviceOrder/advance.ts';
import { refusalOf } from '../../src/serviceOrder/commands.ts';
import { serviceOrderMachine } from '../../src/serviceOrder/machine.ts';
import { errorClasses } from '../../src/serviceOrder/recovery.ts';
import {
  isPaused,
  type ServiceOrderCommand,
  type ServiceOrderEvent,
  type ServiceOrderRun,
} from '../../src/serviceOrder/run.ts';
import { type Draw, forSeeds } from '../kernel/random.ts';
import { apply, begin, doneWith, failedBy, final, optional, reported, revoke } from './driver.ts';

interface World {
  run: ServiceOrderRun;
  /** Steps of which an attempt, a look or an undo is under way. */
  readonly inFlight: Set<string>;
  /** Timers that run, and those that rang before they could be stopped. */
  readonly timers: Map<string, ServiceOrderEvent>;
  readonly late: ServiceOrderEvent[];
  /** Its answer, as long as its order has not said what follows. */
  mayGoBack: boolean;
}

const isOver = ({ run }: World) => isFinal(serviceOrderMachine, run.state);
const pick = <T>(draw: Draw, from: readonly T[]): T => from[draw(from.length)] as T;

function drawRun(draw: Draw): ServiceOrderRun {
  const size = 1 + draw(4);
  const applies = Math.max(1, draw(size + 1));
  const plan = Array.from({ length: size }, (_, index): CompactStep => {
    const isRevoke = index >= applies;
    const before = Array.from({ length: index }, (_, other) => other).filter(
      (other) => other >= applies === isRevoke && draw(2) === 0,
    );
    if (isRevoke) return revoke(String(index), before.map(String));
    const step = apply(String(index), before.map(String));
    return pick(draw, [step, step, optional(step), final(step)]);
  });
  return begin(plan, applies < size ? 'modify' : 'add');
}

function happen(world: World, event: ServiceOrderEvent, draw: Draw): void {
  const before = world.run;
  const { run, commands } = advance(before, event);
  world.run = run;
  if (event.type === 'GoOn') world.mayGoBack = false;
  if (event.type === 'StepReported') world.inFlight.delete(event.step);
  for (const command of commands) carryOut(world, command, draw);
  const isSettled = commands.some(({ type }) => type === 'settleServiceOrder');
  assert(isSettled === isOver(world), 'final is what is settled');
  assert(!isSettled || world.inFlight.size === 0, 'nothing is under way when it is settled');
  if (refusalOf(before, event) !== undefined && event.type !== 'CancelRequested') {
    assert(commands.length === 0, 'what is refused changes nothing');
  }
}

function carryOut(world: World, command: ServiceOrderCommand, draw: Draw): void {
  const { run, inFlight, timers, late } = world;
  switch (command.type) {
    case 'attemptStep':
    case 'undoStep':
      assert(!isPaused(run), `nothing is sent in a pause: ${command.step}`);
      assert(
        command.type === 'undoStep' || run.retreat === undefined,
        'nothing goes forward on the way back',
      );
      assert(!inFlight.has(command.step), `one at a time: ${command.step}`);
      inFlight.add(command.step);
      return;
    case 'completeStep':
      assert(!inFlight.has(command.step), `one at a time: ${command.step}`);
      inFlight.add(command.step);
      return;
    case 'retryLater':
      assert(!isPaused(run), 'no timer is armed in a pause');
      timers.set(`retry ${command.step}`, { type: 'RetryDue', step: command.step });
      return;
    case 'awaitReport': {
      assert(!isPaused(run), 'no timer is armed in a pause');
      const { step, number } = command;
      timers.set(`report ${step} ${number}`, { type: 'ReportDue', step, number });
      return;
    }
    case 'stopTimers':
      assert(isPaused(run), 'timers are stopped by a pause alone');
      for (const ring of timers.values()) if (draw(3) === 0) late.push(ring);
      timers.clear();
      return;
    case 'reportAnswer':
      world.mayGoBack = !command.stands;
      return;
    case 'reportStands':
      assert(!world.mayGoBack, 'what said it could go back does so');
      return;
    case 'settleServiceOrder':
      assert(!isPaused(run), 'nothing is settled in a pause');
      return;
    default:
      return;
  }
}

const report = (step: string, draw: Draw): ServiceOrderEvent => {
  if (draw(4) === 0) return reported(step, { type: 'accepted' });
  if (draw(2) === 0) return reported(step, doneWith());
  return reported(step, failedBy(pick(draw, errorClasses)), draw(100) / 100);
};

/** What may come from the network, from timers and from people at any instant. */
function anything({ run, inFlight, timers, late }: World, draw: Draw): ServiceOrderEvent {
  const step = String(draw(run.plan.length));
  const ring = pick(draw, [...timers.entries(), undefined]);
  const flying = pick(draw, [...inFlight, undefined]);
  const isAsked = run.pauses.includes('assessment');
  const command = pick(draw, stepCommands);
  const events: (ServiceOrderEvent | undefined)[] = [
    flying === undefined ? undefined : report(flying, draw),
    flying === undefined ? undefined : report(flying, draw),
    ring?.[1],
    late.pop(),
    { type: 'Called', step },
    { type: 'StepCommanded', command, step, audit: 'one' },
    { type: 'StepCommanded', command, step, audit: 'one' },
    run.pauses.includes('hold') ? { type: 'ResumeRequested', audit: 'one' } : { type: 'HoldRequested' },
    isAsked ? { type: 'GoOn' } : { type: 'Asked' },
    run.stage === 'ready' ? { type: 'Released' } : undefined,
    draw(4) > 0 ? undefined : { type: 'StopRequested' },
    draw(8) > 0 ? undefined : { type: 'CancelRequested', task: 'one' },
    draw(8) > 0 ? undefined : { type: 'AbortRequested', audit: 'one' },
  ];
  const event = pick(
    draw,
    events.filter((one) => one !== undefined),
  );
  if (event === ring?.[1]) timers.delete(must(ring, 'a timer')[0]);
  return event;
}

/** What ends it in the end: nobody holds it, each attempt is heard and goes well, and persons try again what is held. */
function rest({ run, inFlight, timers }: World): ServiceOrderEvent | undefined {
  if (run.pauses.includes('assessment')) return { type: 'GoOn' };
  if (run.pauses.includes('hold')) return { type: 'ResumeRequested' };
  const [flying] = inFlight;
  if (flying !== undefined) return reported(flying, doneWith());
  const [ring] = timers;
  if (ring !== undefined) {
    timers.delete(ring[0]);
    return ring[1];
  }
  if (run.stage === 'ready') return { type: 'Released' };
  return run.plan
    .filter(({ id }) => run.steps[id]?.state === 'held')
    .map(({ id }) => ({ type: 'StepCommanded', command: 'retryNow', step: id, audit: 'one' }) as const)
    .find((event) => refusalOf(run, event) === undefined);
}

/** What may come before it has begun. */
const early: readonly ServiceOrderEvent[] = [
  { type: 'HoldRequested' },
  { type: 'Asked' },
  { type: 'StopRequested' },
  { type: 'CancelRequested', task: 'one' },
];

test('whatever people ask at whatever instant, nothing is sent in a pause and nothing is stuck after it', () => {
  const ends: Record<string, number> = {};
  forSeeds(10_000, (draw) => {
    const world: World = {
      run: drawRun(draw),
      inFlight: new Set(),
      timers: new Map(),
      late: [],
      mayGoBack: false,
    };
    if (draw(4) === 0) happen(world, pick(draw, early), draw);
    if (!isOver(world)) happen(world, { type: 'Begun' }, draw);
    for (let left = draw(25); left > 0 && !isOver(world); left--) happen(world, anything(world, draw), draw);
    while (!isOver(world)) happen(world, must(rest(world), 'something that moves it'), draw);
    ends[world.run.state] = (ends[world.run.state] ?? 0) + 1;
  });
  expect(Object.keys(ends).sort()).toEqual(['cancelled', 'completed', 'failed']);
  expect(Math.min(...Object.values(ends))).toBeGreaterThan(100);
});
