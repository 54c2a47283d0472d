import { type Json, sameJson } from '../../src/kernel/json.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { rowRefusalTypes } from '../../src/operator/refusal.ts';
import { orderMachine } from '../../src/order/machine.ts';
import { grouped } from '../../src/order/ties.ts';
import { serviceOrderMachine } from '../../src/serviceOrder/machine.ts';
import type { Answered } from './asking.ts';
import { type Books, type Row, rowsOf } from './books.ts';
import { orderNamedIn } from './orderNamedIn.ts';
import { overriddenIn } from './overriding.ts';
import type { Violation } from './reckoning.ts';

/** What people wished, were answered and set is what the rows say of it. */
export function checkPeople(books: Books): readonly Violation[] {
  return [
    ...tasksKeepTheirWord(books),
    ...auditTellsTheEnd(books),
    ...answersStand(books),
    ...overridesAreEdits(books),
  ];
}

/** A wish to cancel is over when its order is, and keeps its word; a service order goes back as a whole. */
function tasksKeepTheirWord(books: Books): Violation[] {
  const law = 'a cancel task is what became of its order';
  const idsOf = (table: string, isSuch: (row: Row) => boolean, id = 'id') =>
    rowsOf(books, table)
      .filter(isSuch)
      .map((row) => row[id]);
  const open = new Set([
    ...idsOf('product_order', ({ state }) => !isFinal(orderMachine, state)),
    ...idsOf('service_order', ({ state }) => !isFinal(serviceOrderMachine, state)),
  ]);
  const isCancelled = ({ state }: Row) => state === 'cancelled';
  const cancelled = {
    productOrder: new Set(idsOf('order_item', isCancelled, 'order_id')),
    serviceOrder: new Set(idsOf('service_order', isCancelled)),
  };
  return rowsOf(books, 'cancel_task').flatMap(({ id, kind, target, state }) => {
    const isOver = state === 'done' || state === 'terminatedWithError';
    const isCancelledNow = cancelled[kind as keyof typeof cancelled].has(target);
    const fits = isOver ? state !== 'done' || isCancelledNow : open.has(target);
    if (fits) return [];
    return [{ law, what: `${id} is ${state}, its order is not so`, orders: orderNamedIn(target) }];
  });
}

/** Of every command that was carried out, and every wish that was decided, the audit says so. */
function auditTellsTheEnd(books: Books): Violation[] {
  const tasks = new Map<string, string>(rowsOf(books, 'cancel_task').map(({ id, state }) => [id, state]));
  const expected: Record<string, string> = { done: 'done', terminatedWithError: 'refused' };
  return rowsOf(books, 'audit')
    .filter(({ command }) => command === 'cancel')
    .filter(({ id, outcome }) => outcome !== (expected[tasks.get(id) ?? ''] ?? 'asked'))
    .map(({ id, outcome, entity_id }) => ({
      law: 'the audit says what became of a command',
      what: `${id} is ${outcome}, its task ${tasks.get(id)}`,
      orders: orderNamedIn(entity_id),
    }));
}

/** What its client was told of a command is true, and does not change when it asks again. */
function answersStand(books: Books): Violation[] {
  const audit = new Map<string, Row>(rowsOf(books, 'audit').map((row) => [row.id, row]));
  return [...grouped(books.answers, ({ key }) => key)].flatMap(([key, answers]) => {
    const begins = answers.findIndex(({ code }) => !lookedAtAnew.includes(code ?? ''));
    const standing = begins < 0 ? [] : answers.slice(begins);
    const [first = answers[0]] = standing;
    const row = audit.get(first?.task ?? first?.audit ?? '');
    const complain = (law: string, what: string): Violation => ({
      law,
      what: `${key}, ${first?.what}: ${what}`,
      orders: orderNamedIn(row?.order_id ?? row?.service_order_id ?? ''),
    });
    const changed = changeIn(standing);
    const isUnfit = answers.some(({ code }) => neverTaken.includes(code ?? ''));
    const taken = isUnfit && row !== undefined ? [`unfit, and its row is ${row.outcome}`] : [];
    const untrue = standing.flatMap((answer) => untruthOf(answer, row) ?? []);
    return [
      ...(changed === undefined ? [] : [complain('the same key gets the same answer', changed)]),
      ...[...taken, ...untrue].map((what) => complain('the audit says what its client was told', what)),
    ];
  });
}

/** Refused before anything was sent or written: the same request is looked at anew. */
const lookedAtAnew: readonly string[] = [
  ...rowRefusalTypes.filter((code) => code !== 'RunMissing'),
  'CancelOpen',
];

/** Whatever else goes on. */
const neverTaken: readonly string[] = ['EditUnfit', 'ServiceOrderOfProductOrder'];

const wordsOf = ({ isDone, code, task }: Answered): string =>
  isDone ? `done ${task ?? ''}`.trim() : String(code);

function changeIn([first, ...later]: readonly Answered[]): string | undefined {
  const other = later.find((answer) => first !== undefined && wordsOf(answer) !== wordsOf(first));
  return first && other && `first ${wordsOf(first)}, then ${wordsOf(other)}`;
}

function untruthOf({ isDone, code, task }: Answered, row: Row | undefined): string | undefined {
  // A cancel or a bulk is only taken at first: what came of it its task tells.
  if (task !== undefined) return row === undefined ? `task ${task} was made, and left no row` : undefined;
  if (isDone)
    return row?.outcome === 'done' ? undefined : `done, and its row is ${row?.outcome ?? 'not there'}`;
  if (row === undefined || (row.outcome === 'refused' && row.code === code)) return undefined;
  return `refused with ${code}, and its row is ${row.outcome} ${row.code ?? ''}`.trim();
}

/** Edits that were carried out, one after the other, until they were removed: no other, none lost. */
function overridesAreEdits(books: Books): Violation[] {
  const law = 'an override is what people set';
  const gone = new Set(
    rowsOf(books, 'service')
      .filter(({ state }) => state === 'terminated')
      .map(({ id }) => id),
  );
  const now = new Map<string, Row>(
    rowsOf(books, 'override').map((row) => [`${row.service_id} ${row.step}`, row]),
  );
  const overridden = overriddenIn(books);
  return [...new Set([...now.keys(), ...overridden.places])].flatMap((place) => {
    const [service = '', step = ''] = place.split(' ');
    const row = now.get(place);
    const should: Json = gone.has(service) ? {} : overridden.at(service, step, Number.POSITIVE_INFINITY);
    if (sameJson(row?.values ?? {}, should)) return [];
    const [is, expected] = [row?.values ?? {}, should].map((values) => JSON.stringify(values));
    return [
      { law, what: `${place} has ${is}; its edits make it ${expected}`, orders: orderNamedIn(service) },
    ];
  });
}
