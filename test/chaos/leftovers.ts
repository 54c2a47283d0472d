import { isFinal } from '../../src/kernel/machine.ts';
import { serviceOrderMachine, type ServiceOrderState } from '../../src/serviceOrder/machine.ts';
import { type Books, nameOf, type Row, rowsOf } from './books.ts';

/** What a person has been told to look after. The one place that knows how Dialtone says so. */
export interface Leftovers {
  /** As `system object`: what stands there may be anything. */
  readonly objects: ReadonlySet<string>;
  /** That they are as wanted, or are gone, a person said against what was seen: only the doubt about them is told. */
  readonly attestedThere: ReadonlySet<string>;
  readonly attestedGone: ReadonlySet<string>;
  /** Of these a person left something behind: they may not be as their products say. */
  readonly services: ReadonlySet<string>;
}

/** Between two words of the system about it a step may show anything, but only to who holds it there. */
const underWay: readonly string[] = ['attempting', 'accepted', 'inDoubt', 'held', 'undoing'];

const stepName = (row: Row): string => `${row.service_order_id}/${row.item}/${row.step ?? row.name}`;

/** Exempt is what open fallout is about, what a person's hold stopped half-way, and what a person answers for. */
export function leftoversOf(books: Books): Leftovers {
  const steps = new Map(rowsOf(books, 'step').map((row) => [stepName(row), row]));
  const services = new Map(
    rowsOf(books, 'service_item').map((row) => [`${row.service_order_id}/${row.ordinal}`, row.service_id]),
  );
  const stepsOf = (isSuch: (fallout: Row) => boolean): Row[] =>
    rowsOf(books, 'fallout')
      .filter(isSuch)
      .flatMap((fallout) => {
        const step = steps.get(stepName(fallout));
        return step !== undefined && isStillSo(books, fallout, step) ? [step] : [];
      });
  const told = stepsOf(({ closed_at, resolution }) => closed_at === null || resolution === 'leaveBehind');
  const contradicted = contradictedIn(books);
  const attested = stepsOf(({ id }) => contradicted.has(id));
  const onHold = onHoldIn(books);
  const stopped = rowsOf(books, 'step').filter(
    ({ service_order_id, state }) => onHold.has(service_order_id) && underWay.includes(state),
  );
  const left = told.filter(({ state }) => state !== 'done');
  return {
    objects: new Set([...told, ...stopped].map(nameOf)),
    attestedThere: new Set(attested.filter(({ verb }) => verb === 'apply').map(nameOf)),
    attestedGone: new Set(attested.filter(({ verb }) => verb === 'revoke').map(nameOf)),
    services: new Set(left.map(({ service_order_id, item }) => services.get(`${service_order_id}/${item}`))),
  };
}

/** Fallout that was completed against the evidence: what agreed is as wanted, and nothing about it is told. */
const contradictedIn = (books: Books): ReadonlySet<string> =>
  new Set(
    rowsOf(books, 'audit')
      .filter(({ command, outcome }) => command === 'completeWithEvidence' && outcome === 'done')
      .filter(({ given }) => given?.agrees === false)
      .map(({ entity_id }) => entity_id),
  );

/** Until another service order, that completed, had the last word on the object. */
function isStillSo(books: Books, { closed_at }: Row, about: Row): boolean {
  if (closed_at === null) return true;
  const completed = new Set(
    rowsOf(books, 'service_order')
      .filter(({ state }) => state === 'completed')
      .map(({ id }) => id),
  );
  return !rowsOf(books, 'step').some(
    (step) =>
      nameOf(step) === nameOf(about) &&
      step.service_order_id !== about.service_order_id &&
      step.state === 'done' &&
      completed.has(step.service_order_id) &&
      Date.parse(step.ended_at) > Date.parse(closed_at),
  );
}

/** Open service orders that a person keeps on hold, by themselves or with their product order. */
export function onHoldIn(books: Books): ReadonlySet<string> {
  const orders = new Set(
    rowsOf(books, 'product_order')
      .filter(({ held_by }) => (held_by ?? null) !== null)
      .map(({ id }) => id),
  );
  const open = rowsOf(books, 'service_order').filter(
    ({ state }) => !isFinal(serviceOrderMachine, state as ServiceOrderState),
  );
  return new Set(
    open
      .filter(({ held_by, order_id }) => (held_by ?? null) !== null || orders.has(order_id))
      .map(({ id }) => id),
  );
}
