import type { CompactServiceOrder, CompactStep } from '../../src/decomposition/plan.ts';
import { assert, must } from '../../src/kernel/assert.ts';
import type { OrderRun } from '../../src/order/run.ts';
import { costsAttempt, type ErrorClass } from '../../src/serviceOrder/recovery.ts';
import type { StepReport } from '../../src/serviceOrder/run.ts';

/** How the object of a planned step is in the network: as before, as wanted. One that is not named is as before. */
export interface Network {
  readonly wanted: Readonly<Record<string, true>>;
  /** Irreversible steps that were sent, and what is known of them: nothing yet, or a definite no. */
  readonly sent: Readonly<Record<string, 'sent' | 'doubted' | 'no'>>;
  /** Writes that were taken and are reported later: still under way, or how they ended. */
  readonly taken: Readonly<Record<string, 'pending' | 'done' | 'refused'>>;
}

/** How an attempt ends: what it did to the object, and what it tells of that. */
export interface Ending {
  readonly report: StepReport;
  readonly effect: boolean;
  /** Of a write that is taken: what becomes of it, and how often the system calls, before that and after. */
  readonly later?: 'done' | 'refused' | 'never';
  readonly calls?: { readonly early: number; readonly late: number };
}

export const untouchedNetwork: Network = { wanted: {}, sent: {}, taken: {} };

export const objectOf = (serviceOrder: string, step: string): string => `${serviceOrder}:${step}`;

export const isAsWanted = ({ wanted }: Network, serviceOrder: string, step: string): boolean =>
  wanted[objectOf(serviceOrder, step)] === true;

export const anyAsWanted = (network: Network, { id, steps = [] }: CompactServiceOrder): boolean =>
  steps.some((step) => isAsWanted(network, id, step.id));

/** The planned service order whose objects this one touches. */
export function originOf({ plan, compensations }: OrderRun, id: string): CompactServiceOrder {
  const compensated = compensations.find((one) => one.id === id)?.compensates;
  return must(
    plan.serviceOrders.find((one) => one.id === (compensated ?? id)),
    `service order ${id}`,
  );
}

export const stepOf = ({ id, steps = [] }: CompactServiceOrder, step: string): CompactStep =>
  must(
    steps.find((candidate) => candidate.id === step),
    `step ${step} of ${id}`,
  );

const definite: readonly ErrorClass[] = ['refused', 'invalid', 'conflict', 'drift'];

/** What an attempt can come to: who asks for what is there already is not refused. */
export function possible(ending: Ending, isThere: boolean): Ending {
  const { report } = ending;
  if (report.type === 'done') return { report, effect: true };
  if (report.type === 'accepted') return isThere ? { report: doneAlready, effect: true } : ending;
  const isVerdict = definite.includes(report.class);
  return isVerdict && isThere ? { report: doneAlready, effect: true } : ending;
}

const doneAlready: StepReport = { type: 'done', changed: [] };

/** What a write that was taken makes of an attempt: nothing is sent before its end is known. */
export function afterTaken(
  taken: Network['taken'][string] | undefined,
  isUndo: boolean,
  given: Ending,
): Ending | undefined {
  if (taken === undefined || (isUndo && taken !== 'pending')) return undefined;
  const { report } = given;
  if (report.type === 'failed' && !costsAttempt(report.class)) return { report, effect: false };
  if (taken === 'pending') return { report: { type: 'accepted' }, effect: false };
  if (taken === 'done') return { report: doneAlready, effect: true };
  return { report: { type: 'failed', class: 'refused', code: 'later' }, effect: false };
}

export function withTaken(
  network: Network,
  object: string,
  now: Network['taken'][string] | undefined,
): Network {
  const { [object]: _, ...others } = network.taken;
  return { ...network, taken: now === undefined ? others : { ...others, [object]: now } };
}

export function withEffect(network: Network, object: string, wanted: boolean): Network {
  const { [object]: _, ...others } = network.wanted;
  return { ...network, wanted: wanted ? { ...others, [object]: true } : others };
}

export const isIrreversible = ({ verb, pointOfNoReturn }: CompactStep): boolean =>
  verb === 'revoke' || pointOfNoReturn === true;

/** Sent is sent; only a definite no, with no doubt before it, takes a marked step back. */
export function withSent(
  network: Network,
  object: string,
  planned: CompactStep,
  report?: StepReport,
): Network {
  if (!isIrreversible(planned)) return network;
  const before = network.sent[object];
  const mark = (now: 'sent' | 'doubted' | 'no') => ({ ...network, sent: { ...network.sent, [object]: now } });
  if (report === undefined) return mark(before === 'doubted' ? 'doubted' : 'sent');
  if (report.type !== 'failed' || before === 'doubted') return network;
  if (['inDoubt', 'ours', 'unknown', 'lied'].includes(report.class)) return mark('doubted');
  const isNo = planned.verb === 'apply' && ['refused', 'invalid'].includes(report.class);
  return isNo ? mark('no') : network;
}

export const isPast = ({ sent }: Network, { id, steps = [] }: CompactServiceOrder): boolean =>
  steps.some((step) => ['sent', 'doubted'].includes(sent[objectOf(id, step.id)] ?? ''));

/** The service order that takes back what another one did: reversed, and only what is there. */
export function compensationOf(network: Network, planned: CompactServiceOrder): CompactServiceOrder {
  assert(!isPast(network, planned), `${planned.id} is compensated only before its point of no return`);
  const there = (planned.steps ?? []).filter((step) => isAsWanted(network, planned.id, step.id));
  return {
    id: `${planned.id}.c`,
    item: planned.item,
    action: planned.action === 'add' ? 'delete' : 'modify',
    specification: planned.specification,
    domain: planned.domain,
    after: [],
    reliesOn: {},
    skippable: false,
    compensates: planned.id,
    steps: there.map(({ id, system }) => ({
      id,
      system,
      verb: planned.action === 'add' || id.endsWith('+') ? 'revoke' : 'apply',
      after: there.filter(({ after }) => after.includes(id)).map((other) => other.id),
    })),
  };
}
