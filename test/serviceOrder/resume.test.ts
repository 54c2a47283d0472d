import { describe, expect, test } from 'vitest';
import { resumeServiceOrder, type StandingStep } from '../../src/serviceOrder/resume.ts';
import type { ServiceOrderState, StepState } from '../../src/serviceOrder/machine.ts';
import { refusalOf } from '../../src/serviceOrder/commands.ts';
import {
  apply,
  attempted,
  begin,
  command,
  doneWith,
  optional,
  reported,
  revoke,
  tell,
  undone,
} from './driver.ts';

const line = [apply('port'), apply('line', ['port']), apply('speed', ['line'])];

const row = (id: string, state: StepState, more: Partial<StandingStep> = {}): StandingStep => ({
  id,
  state,
  way: 'do',
  attempts: state === 'waiting' ? 0 : 1,
  doubted: state === 'attempting' || state === 'inDoubt',
  changed: [],
  trouble: null,
  ...more,
});

const resume = (rows: readonly StandingStep[], state: ServiceOrderState = 'inProgress', plan = line) => {
  const isBack = rows.some(({ way }) => way === 'undo');
  const retreat = isBack ? ({ outcome: 'cancelled', code: 'stopped' } as const) : null;
  const run = resumeServiceOrder(begin(plan), { state, steps: rows, onHold: false, retreat });
  return tell(run, { type: 'Begun' });
};

const trouble = { class: 'conflict', code: 'exists' } as const;

describe('a service order that another run goes on with', () => {
  test('attempts what is due, and nothing that is done', () => {
    const { told } = resume([row('port', 'done'), row('line', 'waiting'), row('speed', 'waiting')]);
    expect(told.flatMap(attempted)).toEqual(['line']);
  });

  test.each<[string, Partial<StandingStep> & { state: StepState }]>([
    ['was under way', { state: 'attempting' }],
    ['was in doubt', { state: 'inDoubt' }],
    ['waited for its retry', { state: 'waiting', attempts: 2 }],
    ['was refused, with no answer to that yet', { state: 'refused' }],
  ])('attempts at once what %s', (_, { state, ...more }) => {
    const { told } = resume([row('port', 'done'), row('line', state, more), row('speed', 'waiting')]);
    expect(told.flatMap(attempted)).toEqual(['line']);
  });

  test('leaves to a person what is held, and says so to whoever waits for it now', () => {
    const { run, told } = resume(
      [row('port', 'held', { trouble }), row('line', 'waiting'), row('speed', 'waiting')],
      'held',
    );
    expect(told.flat()).toMatchObject([{ type: 'reportHeld', needs: [{ class: trouble.class }] }]);
    expect(run.state).toBe('held');
    const retried = tell(run, { type: 'StepCommanded', command: 'retryNow', step: 'port', audit: 'one' });
    expect(attempted(retried.last)).toEqual(['port']);
  });

  test.each([
    [false, undefined],
    [true, 'StepInDoubt'],
  ])('lets a held step be skipped unless it is in doubt: %s', (doubted, type) => {
    const plan = [optional(apply('port'))];
    const { run } = resume([row('port', 'held', { trouble, doubted })], 'held', plan);
    expect(refusalOf(run, command('skip', 'port'))?.type).toBe(type);
  });

  test('settles when all was done', () => {
    const { run } = resume(line.map(({ id }) => row(id, 'done')));
    expect(run.state).toBe('completed');
  });

  test('goes on going back, what builds upon others first', () => {
    const { run, told } = resume([
      row('port', 'done'),
      row('line', 'done'),
      row('speed', 'undoing', { way: 'undo', trouble: { class: 'refused', code: 'tooFast' } }),
    ]);
    expect(told.map(undone)).toEqual([['speed']]);
    const rest = tell(run, ...['speed', 'line', 'port'].map((step) => reported(step, doneWith())));
    expect(rest.told.map(undone)).toEqual([['line'], ['port'], []]);
    expect(rest.last).toEqual([
      { type: 'settleServiceOrder', outcome: 'cancelled', code: 'stopped', skipped: [] },
    ]);
  });

  test('undoes what was in doubt when it turned back', () => {
    const { told } = resume([
      row('port', 'inDoubt'),
      row('line', 'undone', { way: 'undo' }),
      row('speed', 'waiting'),
    ]);
    expect(told.flatMap(undone)).toEqual(['port']);
    expect(told.flatMap(attempted)).toEqual([]);
  });

  test('has been released if it began to take away', () => {
    const plan = [apply('new'), revoke('old')];
    const run = resumeServiceOrder(begin(plan, 'modify'), {
      state: 'inProgress',
      steps: [row('new', 'done'), row('old', 'attempting')],
      onHold: false,
      retreat: null,
    });
    expect(run.stage).toBe('released');
  });
});

describe('what waited when the run was lost', () => {
  const gate = { class: 'unavailable', code: 'systemPaused' } as const;

  test.each(['done', 'inDoubt', 'refused', 'accepted', 'waiting', 'undoing'] as const)(
    'an undo that waited for its system goes on, out of %s',
    (state) => {
      const { run, told } = resume(
        [row('port', 'done'), row('line', state, { way: 'undo', attempts: 1, trouble: gate })],
        'inProgress',
        line.slice(0, 2),
      );
      expect(told.flatMap(undone)).toEqual(['line']);
      const end = tell(run, reported('line', doneWith()), reported('port', doneWith()));
      expect(end.run.state).toBe('cancelled');
    },
  );

  test('a service order that waited outside comes back in before it settles', () => {
    const { told } = resume(
      [row('port', 'done'), row('line', 'done'), row('speed', 'done')],
      'pendingExternal',
    );
    const reportedBack = { type: 'serviceOrder', arrow: 'ReportedBack' };
    expect(told.flat()).toMatchObject([
      { type: 'recordServiceOrder', changes: [reportedBack] },
      { type: 'reportNeeds', needs: [] },
      { type: 'settleServiceOrder', outcome: 'completed' },
    ]);
  });
});
