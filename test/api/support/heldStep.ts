import { withTenant } from '../../../drizzle/client.ts';
import { startServiceOrder } from '../../../drizzle/serviceOrderStore.ts';
import { loadStep, noteAttempt, recordConclusion } from '../../../drizzle/stepStore.ts';
import { nextAttempt } from '../../../src/activation/attempt.ts';
import type { Turn } from '../../../src/kernel/turn.ts';
import type { ServiceOrderChange } from '../../../src/serviceOrder/run.ts';
import { fibre, orderOf } from '../../support/orders.ts';
import { turnsOf } from '../../support/turns.ts';
import { activitiesOn, type Api, type Body, openOrder } from './api.ts';

/** An open order whose first step was tried once and found another's object in its place. */
export async function conflictingStep(api: Api) {
  const order = (await api.post(orderOf(fibre()))).body.id as string;
  await openOrder(api.db, order);
  const [serviceOrder] = (await api.get(`/ops/v1/productOrders/${order}`)).body.serviceOrders;
  const { name, system, object } = serviceOrder.steps[0];
  const step = `1/${name}`;
  const ref = { tenant: 'default', serviceOrder: serviceOrder.id as string, item: 1, step: name as string };
  const keyOf = (number: number) => `${serviceOrder.id}/${step}/${number}/do`;
  const attempt = async (number: number) =>
    withTenant(api.db, 'default', async (tx) => {
      const { wanted } = nextAttempt(await loadStep(tx, ref), keyOf);
      const noted = { verb: 'apply', number, generation: number, key: keyOf(number), wanted } as const;
      const call = { ...noted, expect: 'absent', inDoubt: false } as const;
      await noteAttempt(tx, ref, call, `${order}.${number}`, 'do', null);
      await startServiceOrder(tx, 'default', serviceOrder.id);
      const trouble = { type: 'failed', class: 'conflict', code: 'exists', message: 'not ours' } as const;
      const conclusion = { report: trouble, state: 'refused', decided: true, changed: [], trouble } as const;
      const seen = { type: 'present', observed: { number }, version: '7', key: null } as const;
      await recordConclusion(tx, ref, number, conclusion, { forMs: 1, everyMs: 1 }, seen);
    });
  await attempt(1);
  const nextTurn = turnsOf('run');
  const recordIn = (turn: Turn, changes: readonly ServiceOrderChange[]) =>
    activitiesOn(api.db).recordServiceOrder(
      { tenant: 'default', serviceOrder: ref.serviceOrder },
      changes,
      turn,
    );
  const record = (...changes: readonly ServiceOrderChange[]) => recordIn(nextTurn(), changes);
  /** As when the answer to the first record was lost. */
  const recordTwice = async (...changes: readonly ServiceOrderChange[]) => {
    const turn = nextTurn();
    for (const _ of [1, 2]) await recordIn(turn, changes);
  };
  const wanted = () =>
    withTenant(api.db, 'default', async (tx) => (await loadStep(tx, ref)).wanted ?? undefined);
  return {
    ...{ order, serviceOrder: ref.serviceOrder, step, name: ref.step, system: system as string, ref },
    ...{ object: object as string, keyOf, attempt, record, recordTwice, wanted },
  };
}

export const held = (step: string): ServiceOrderChange[] => [
  { type: 'step', step, arrow: 'Held', class: 'conflict', code: 'exists' },
  { type: 'serviceOrder', arrow: 'Held' },
];

/** The same, held: with its fallout. */
export async function heldStep(api: Api) {
  const found = await conflictingStep(api);
  await found.record(...held(found.step));
  const [fallout] = (await api.get(`/ops/v1/fallout?order=${found.order}`)).body as Body[];
  return { ...found, fallout: fallout.id as string };
}
