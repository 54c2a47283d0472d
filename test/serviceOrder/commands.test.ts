import { describe, expect, test } from 'vitest';
import type { ServiceAction } from '../../src/decomposition/plan.ts';
import { type StepCommand, stepCommands } from '../../src/operator/commands.ts';
import { refusalOf } from '../../src/serviceOrder/commands.ts';
import {
  beginServiceOrder,
  type ServiceOrderEvent,
  type ServiceOrderRun,
} from '../../src/serviceOrder/run.ts';
import {
  accepted,
  apply,
  ask,
  begin,
  begun,
  called,
  command,
  done,
  due,
  failed,
  hold,
  optional,
  policy,
  revoke,
  stop,
  tell,
} from './driver.ts';
import { row } from './policyRow.ts';

type Events = readonly ServiceOrderEvent[];
const once = (run: ServiceOrderRun, ...events: Events) => tell(run, begun, ...events).run;
const taking = (verb: typeof apply, action: ServiceAction) =>
  beginServiceOrder(action, [verb('port'), verb('line', ['port'])], policy, [], true);

const line = begin([apply('port'), apply('line', ['port'])]);
const loose = begin([optional(apply('port')), apply('line', ['port'])]);
const gone = begin([revoke('port'), revoke('line', ['port'])], 'delete');
const leftOut = begin([optional(apply('port')), apply('line')], 'add', [], [row('skip', { step: 'port' })]);
const goingBack: Events = [done('port'), failed('line', 'refused')];
const undoHeld: Events = [...goingBack, done('line'), failed('port', 'conflict')];
const overdue: Events = [1, 2, 3].flatMap((number) => [due('port', number), accepted('port')]);
const lookFailed: Events = [accepted('port'), called('port'), failed('port', 'ours')];

/** What each command leads to for the step `port`, in the order of the commands. */
type Answers = readonly [
  retryNow: string,
  editAndRetry: string,
  completeWithEvidence: string,
  skip: string,
  leaveBehind: string,
];
const same = (answer: string): Answers => [answer, answer, answer, answer, answer];
const idle: Answers = ['StepNotWaiting', 'StepNotWaiting', 'StepNotHeld', 'StepNotHeld', 'StepNotHeld'];
const hurried: Answers = ['attemptStep', 'attemptStep', 'StepNotHeld', 'StepNotHeld', 'StepNotHeld'];
const tried = ['attemptStep', 'attemptStep', 'completeStep'] as const;
const back = ['StepGoesBack', 'StepGoesBack', 'StepGoesBack'] as const;

const situations: readonly (readonly [string, ServiceOrderRun, Answers])[] = [
  ['waits for its turn', once(begin([apply('line'), apply('port', ['line'])])), idle],
  ['is attempted', once(line), idle],
  ['waits for its retry', once(line, failed('port', 'transient')), hurried],
  ['waits for its retry in doubt', once(line, failed('port', 'inDoubt')), hurried],
  ['was taken by its system', once(line, accepted('port')), idle],
  [
    'was taken by its system, which could not be asked',
    once(line, ...lookFailed),
    ['attemptStep', 'StepNotWaiting', 'StepNotHeld', 'StepNotHeld', 'StepNotHeld'],
  ],
  [
    'is needed and held',
    once(line, failed('port', 'conflict')),
    [...tried, 'StepNotOptional', 'StepGoesForward'],
  ],
  ['is optional and held', once(loose, failed('port', 'conflict')), [...tried, 'Skipped', 'StepGoesForward']],
  [
    'is optional and held in doubt',
    once(loose, failed('port', 'unknown')),
    [...tried, 'StepInDoubt', 'StepGoesForward'],
  ],
  [
    'is optional and overdue',
    once(loose, accepted('port'), ...overdue),
    [...tried, 'StepInDoubt', 'StepGoesForward'],
  ],
  [
    'takes away and is held',
    once(gone, failed('port', 'refused')),
    ['attemptStep', 'StepTakesAway', 'completeStep', 'StepNotOptional', 'LeftBehind'],
  ],
  [
    'takes away what was optional and is held',
    once(begin([optional(revoke('port'))], 'delete'), failed('port', 'refused')),
    ['attemptStep', 'StepTakesAway', 'completeStep', 'StepNotOptional', 'LeftBehind'],
  ],
  [
    'restores in a compensation and is held',
    once(taking(apply, 'modify'), failed('port', 'refused')),
    ['attemptStep', 'StepGoesBack', 'completeStep', 'StepNotOptional', 'LeftBehind'],
  ],
  [
    'takes away in a compensation and is held',
    once(taking(revoke, 'delete'), failed('port', 'refused')),
    ['attemptStep', 'StepGoesBack', 'completeStep', 'StepNotOptional', 'LeftBehind'],
  ],
  ['is done', once(line, done('port')), idle],
  ['was skipped', once(leftOut, failed('port', 'conflict')), idle],
  ['was left behind', once(gone, failed('port', 'refused'), command('leaveBehind', 'port')), idle],
  ['is over with its service order', once(line, done('port'), done('line')), same('ServiceOrderOver')],
  ['is not there', once(begin([apply('line')])), same('StepNotWaiting')],

  ['is done while others are undone', once(line, ...goingBack), idle],
  ['is undone right now', once(line, ...goingBack, done('line')), idle],
  [
    'waits for the retry of its undo',
    once(line, ...goingBack, done('line'), failed('port', 'transient')),
    ['undoStep', 'StepGoesBack', 'StepNotHeld', 'StepNotHeld', 'StepNotHeld'],
  ],
  ['is held on its way back', once(line, ...undoHeld), ['undoStep', ...back, 'LeftBehind']],
  [
    'was undone before others',
    once(begin([apply('port'), apply('line')]), failed('line', 'refused'), done('port'), done('port')),
    idle,
  ],

  [
    'waits for its retry on hold',
    once(line, failed('port', 'transient'), hold),
    ['OnHold', 'OnHold', 'StepNotHeld', 'StepNotHeld', 'StepNotHeld'],
  ],
  [
    'is needed and held on hold',
    once(line, failed('port', 'conflict'), hold),
    ['OnHold', 'OnHold', 'completeStep', 'StepNotOptional', 'StepGoesForward'],
  ],
  [
    'is optional and held on hold',
    once(loose, failed('port', 'conflict'), hold),
    ['OnHold', 'OnHold', 'completeStep', 'Skipped', 'StepGoesForward'],
  ],
  ['is held on its way back on hold', once(line, ...undoHeld, hold), ['OnHold', ...back, 'LeftBehind']],
  [
    'is held when its service order turns back on hold',
    once(line, failed('port', 'conflict'), hold, stop),
    ['StepNotWaiting', 'StepNotWaiting', ...back],
  ],

  [
    'waits for its retry while its order is asked',
    once(line, failed('port', 'transient'), ask),
    ['BeingCancelled', 'BeingCancelled', 'StepNotHeld', 'StepNotHeld', 'StepNotHeld'],
  ],
  [
    'is needed and held while its order is asked',
    once(line, failed('port', 'conflict'), ask),
    ['BeingCancelled', 'BeingCancelled', 'BeingCancelled', 'StepNotOptional', 'StepGoesForward'],
  ],
  [
    'is optional and held while its order is asked',
    once(loose, failed('port', 'conflict'), ask),
    ['BeingCancelled', 'BeingCancelled', 'BeingCancelled', 'Skipped', 'StepGoesForward'],
  ],
  [
    'is needed and held on hold while its order is asked',
    once(line, failed('port', 'conflict'), hold, ask),
    ['OnHold', 'OnHold', 'BeingCancelled', 'StepNotOptional', 'StepGoesForward'],
  ],
  [
    'is held on its way back while its order is asked',
    once(line, ...undoHeld, ask),
    ['undoStep', ...back, 'LeftBehind'],
  ],
];

describe('every command in every situation of a step', () => {
  const cases = situations.flatMap(([situation, run, answers]) =>
    stepCommands.map((name, index) => [name, situation, answers[index] ?? 'nothing', run] as const),
  );

  test.each(cases)('%s of a step that %s → %s', (name, _, expected, run) => {
    expect(answerTo(run, name)).toBe(expected);
  });
});

/** The refusal, which changes nothing, or what is done about the step. */
function answerTo(run: ServiceOrderRun, name: StepCommand): string {
  const refused = refusalOf(run, command(name, 'port'));
  if (refused?.type === 'ServiceOrderOver') return refused.type;
  const { run: next, last } = tell(run, command(name, 'port'));
  if (refused) {
    expect([next, last]).toEqual([run, []]);
    return refused.type;
  }
  const [first, ...others] = last;
  const changes = first?.type === 'recordServiceOrder' ? first.changes : [];
  expect(changes[0]).toEqual({ type: 'control', control: { type: 'commanded', audit: 'why' } });
  const ended = changes.flatMap((change) => (change.type === 'stepEnded' ? [change.arrow] : []));
  const sent = others.flatMap((one) => ('step' in one && one.step === 'port' ? [one.type] : []));
  return [...ended, ...sent].join();
}
