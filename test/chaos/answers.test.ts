import { expect, test } from 'vitest';
import { type Answered, type Ask, judged } from './asking.ts';
import type { Books } from './books.ts';
import { reckon } from './reckoning.ts';
import { eventsOf, order, serviceOrder, sound, withMore, withTable } from './soundBooks.ts';

const laws = (books: Books): string[] => reckon(books).map(({ law }) => law);

const hold: Ask = { what: 'hold', path: '/hold', done: 202, refused: ['HeldAlready'] };
const refusal = (code: string): string => JSON.stringify({ code });

test.each<[what: string, status: number, text: string]>([
  ['500', 500, refusal('InternalError')],
  ['500 with a code of a refusal', 500, refusal('HeldAlready')],
  ['a refusal that is not documented', 409, refusal('NotOnHold')],
  ['503 for another reason', 503, refusal('HeldAlready')],
  ['another success', 200, '{}'],
  ['no JSON', 409, '<html>'],
])('%s is a bad answer', (_, status, text) => {
  expect(judged(hold, 'k', status, text).isBad).toBe(true);
});

test('a documented refusal is an answer, and that nobody knows is none', () => {
  expect(judged(hold, 'k', 409, refusal('HeldAlready'))).toEqual({
    counted: 'HeldAlready',
    answer: { key: 'k', what: 'hold', audit: 'local:k', isDone: false, code: 'HeldAlready' },
    isBad: false,
  });
  const unknown = { counted: 'CommandUnanswered', isBad: false };
  expect(judged(hold, 'k', 503, refusal('CommandUnanswered'))).toEqual(unknown);
});

const answered = (more: Partial<Answered>): Answered => ({
  ...{ key: 'k', what: 'hold', audit: 'local:k', isDone: true },
  ...more,
});
const done = answered({});
const no = (code: string) => answered({ isDone: false, code });
const row = (more: object = {}): object => ({
  ...{ id: 'local:k', command: 'hold', order_id: order, outcome: 'done', code: null },
  ...more,
});
const told = (answers: readonly Answered[], ...rows: readonly object[]): Books => ({
  ...withTable('audit', rows),
  answers,
});
const refusedRow = row({ outcome: 'refused', code: 'OnHold' });

test('the same answer each time, as the audit has it, is no violation', () => {
  expect(reckon(told([done, done], row()))).toEqual([]);
  expect(reckon(told([no('OnHold'), no('OnHold')], refusedRow))).toEqual([]);
});

test('what was refused before it was sent left nothing, and is looked at anew', () => {
  expect(reckon(told([no('FalloutClosed')]))).toEqual([]);
  expect(reckon(told([no('OrderNotOrphaned'), no('OrderOver')]))).toEqual([]);
  expect(reckon(told([no('OrderNotOrphaned'), done], row()))).toEqual([]);
  expect(reckon(told([no('FalloutOwned'), no('OnHold')], refusedRow))).toEqual([]);
});

const same = 'the same key gets the same answer';
const truth = 'the audit says what its client was told';

test.each<[what: string, books: Books, law: string]>([
  ['done, then refused', told([done, no('HeldAlready')], row()), same],
  ['done, then refused, without a row', told([done, no('HeldAlready')]), same],
  ['refused by its run, then done', told([no('OnHold'), done], refusedRow), same],
  ['another refusal', told([no('OnHold'), no('OrderOver')], refusedRow), same],
  ['done, then refused as if it were new', told([done, no('FalloutClosed')], row()), same],
  ['an unfit edit that was taken', told([no('EditUnfit')], row()), truth],
  ['an unfit edit that was asked', told([no('EditUnfit')], row({ outcome: 'asked' })), truth],
  ['done without a row', told([done]), truth],
  ['done, and still asked', told([done], row({ outcome: 'asked' })), truth],
  ['done, and refused in the audit', told([done], refusedRow), truth],
  ['refused, and done in the audit', told([no('OnHold')], row()), truth],
  ['refused, and still asked', told([no('OnHold')], row({ outcome: 'asked' })), truth],
  ['refused for another reason', told([no('OrderOver')], refusedRow), truth],
  ['a task that is not there', told([answered({ task: 'gone' })], row()), truth],
  ['another task', told([answered({ task: 'local:k' }), answered({ task: 'other' })], row()), same],
])('%s is noticed', (_, books, law) => {
  expect(laws(books)).toContain(law);
});

/** A wish to cancel the service order that belongs to nobody. */
const own = `${serviceOrder}2`;
const wished = (state: string, became: string): Books => {
  const outcome = { done: 'done', terminatedWithError: 'refused' }[state] ?? 'asked';
  const task = { id: 't', kind: 'serviceOrder', target: own, state, version: 1 };
  const tables: readonly (readonly [string, readonly object[]])[] = [
    ['cancel_task', [task]],
    ['audit', [{ id: 't', command: 'cancel', entity_id: own, outcome }]],
    [
      'service_order',
      [{ id: own, order_id: null, state: became, version: 2, held_by: null, completed_at: '' }],
    ],
    ['event', eventsOf('cancelServiceOrder', 't', state)],
    ['event', eventsOf('serviceOrder', own, 'acknowledged', became)],
  ];
  return tables.reduce((books, [name, rows]) => withMore(name, rows, books), sound);
};
const tasks = 'a cancel task is what became of its order';

test('a service order that was cancelled is what its task says', () => {
  expect(laws(wished('done', 'cancelled'))).not.toContain(tasks);
  expect(laws(wished('terminatedWithError', 'failed'))).not.toContain(tasks);
});

test.each([
  ['done', 'failed'],
  ['inProgress', 'cancelled'],
  ['acknowledged', 'completed'],
])('a task that is %s, of a service order that is %s, is noticed', (state, became) => {
  expect(laws(wished(state, became))).toContain(tasks);
});

test('a task of a service order without its events is noticed', () => {
  const books = withTable('event', sound.tables.event ?? [], wished('done', 'cancelled'));
  expect(laws(books)).toContain('there is one event for each version');
});
