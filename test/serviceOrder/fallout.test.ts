import { describe, expect, test } from 'vitest';
import { stepCommands } from '../../src/operator/commands.ts';
import { type Around, commandsFor, type HeldStep } from '../../src/serviceOrder/fallout.ts';

const add: HeldStep = {
  way: 'do',
  verb: 'apply',
  optional: false,
  doubted: false,
  compensating: false,
  editable: true,
};
const around: Around = {
  onHold: false,
  goesBack: false,
  runLost: false,
  orderRunLost: false,
  mayGoBack: true,
};
const open = { class: 'conflict', code: 'exists', isOpen: true, isOver: false, around } as const;
const allowed = (step: HeldStep) => commandsFor({ ...open, step });

describe('what may be done about a held step', () => {
  test.each([
    ['that builds', add, 'retryNow editAndRetry completeWithEvidence abort'],
    ['that is optional', { ...add, optional: true }, 'retryNow editAndRetry completeWithEvidence skip abort'],
    [
      'that is optional and in doubt',
      { ...add, optional: true, doubted: true },
      'retryNow editAndRetry completeWithEvidence abort',
    ],
    [
      'that takes away',
      { ...add, verb: 'revoke', optional: true },
      'retryNow completeWithEvidence leaveBehind abort',
    ],
    ['that is undone', { ...add, way: 'undo' }, 'retryNow leaveBehind abort'],
    ['of a compensation', { ...add, compensating: true }, 'retryNow completeWithEvidence leaveBehind abort'],
    ['whose values are those of before', { ...add, editable: false }, 'retryNow completeWithEvidence abort'],
  ] as const)('%s', (_, step, commands) => {
    expect(allowed(step)).toEqual(commands.split(' '));
  });

  test('is never nothing, and an edit is of what is built from a mapping alone', () => {
    const flags = [true, false];
    for (const way of ['do', 'undo'] as const)
      for (const verb of ['apply', 'revoke'] as const)
        for (const optional of flags)
          for (const doubted of flags)
            for (const compensating of flags)
              for (const editable of flags) {
                const step = { way, verb, optional, doubted, compensating, editable };
                const commands = allowed(step);
                expect(commands).toContain('retryNow');
                expect(commands.at(-1)).toBe('abort');
                const isBuilt = way === 'do' && verb === 'apply' && !compensating;
                expect(commands.includes('editAndRetry')).toBe(isBuilt && editable);
                expect(commands.includes('skip') && doubted).toBe(false);
                expect(commands.includes('leaveBehind') || way === 'do').toBe(true);
              }
  });
});

test.each([
  ['closed', { ...open, isOpen: false, step: add }, []],
  ['whose record cannot be written', { ...open, code: 'bookkeepingFails', step: null }, []],
  ['of a service order that lost its run', { ...open, code: 'runLost', step: null }, ['abort']],
  ['of an order that lost its run', { ...open, class: 'orphaned', step: null }, ['restart', 'abort']],
  ['of an order as a whole', { ...open, step: null }, ['abort']],
] as const)('a fallout %s allows no command of a step', (_, fallout, commands) => {
  expect(commandsFor(fallout)).toEqual(commands);
  expect(commandsFor(fallout).filter((one) => (stepCommands as readonly string[]).includes(one))).toEqual([]);
});

const late = { ...open, class: 'drift', isOver: true, step: add };
test.each(['overwritten', 'vanished', 'unresolved', 'unmarked'])(
  'what is found late can be left, no more: %s',
  (code) => {
    expect(commandsFor({ ...late, code })).toEqual(['leaveBehind']);
    expect(commandsFor({ ...late, code, isOpen: false })).toEqual([]);
  },
);

test('a held step whose object has vanished is held like any other', () => {
  expect(commandsFor({ ...late, code: 'vanished', isOver: false })).toEqual(allowed(add));
});

const undo: HeldStep = { ...add, way: 'undo' };
const lost = { ...open, class: 'orphaned', step: null };
test.each([
  [
    'on hold nothing is retried',
    { ...open, step: add, around: { ...around, onHold: true } },
    'completeWithEvidence abort',
  ],
  [
    'what has no run hears nothing about its steps',
    { ...open, step: add, around: { ...around, runLost: true } },
    'abort',
  ],
  [
    'on the way back nothing goes forward',
    { ...open, step: add, around: { ...around, goesBack: true, mayGoBack: false } },
    '',
  ],
  [
    'an undo is not aborted again',
    { ...open, step: undo, around: { ...around, goesBack: true, mayGoBack: false } },
    'retryNow leaveBehind',
  ],
  [
    'past the point of no return nothing is aborted',
    { ...open, step: { ...add, verb: 'revoke' as const }, around: { ...around, mayGoBack: false } },
    'retryNow completeWithEvidence leaveBehind',
  ],
  [
    'its own order has to be restarted first',
    { ...lost, around: { ...around, orderRunLost: true } },
    'abort',
  ],
] as const)('%s', (_, fallout, commands) => {
  expect(commandsFor(fallout).join(' ')).toBe(commands);
});
