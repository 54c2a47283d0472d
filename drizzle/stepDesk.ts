import { and, eq } from 'drizzle-orm';
import { isFinal } from '../src/kernel/machine.ts';
import { serviceOrderMachine } from '../src/serviceOrder/machine.ts';
import type { Person } from './auditStore.ts';
import type { Database, Tx } from './client.ts';
import type { SendStep } from './falloutDesk.ts';
import { type Checked, type DeskAnswer, refused, runCommand } from './operatorDesk.ts';
import { step } from './schema.ts';
import { standOf } from './serviceOrderStore.ts';

/** A step by its place in a service order: what waits for its retry has no fallout to be named by. */
export interface RetryAsk extends Person {
  readonly tenant: string;
  readonly commandId: string;
  readonly serviceOrder: string;
  readonly item: number;
  readonly step: string;
  readonly reason?: string | undefined;
}

export const retryStep = (db: Database, ask: RetryAsk, send: SendStep): Promise<DeskAnswer> => {
  const { tenant, commandId, client, subject, serviceOrder, reason } = ask;
  const place = `${ask.item}/${ask.step}`;
  const about = { entity: 'serviceOrder', entityId: serviceOrder, given: { step: place } } as const;
  return runCommand(db, {
    tenant,
    audit: { id: commandId, client, subject, command: 'retryNow', ...about, reason },
    check: (tx) => check(tx, ask),
    send: (row) => send({ tenant, serviceOrder, step: place }, 'retryNow', row.id),
  });
};

async function check(tx: Tx, { tenant, serviceOrder, item, step: name }: RetryAsk): Promise<Checked> {
  const known = await standOf(tx, tenant, serviceOrder);
  if (known === undefined) return refused('ResourceUnknown', 'there is no such serviceOrder');
  if (isFinal(serviceOrderMachine, known.state))
    return refused('ServiceOrderOver', `the service order is ${known.state}`);
  const where = and(
    ...[eq(step.tenantId, tenant), eq(step.serviceOrderId, serviceOrder)],
    ...[eq(step.item, item), eq(step.name, name)],
  );
  if ((await tx.$count(step, where)) === 0)
    return refused('ResourceUnknown', `the service order has no step ${item}/${name}`, { path: 'step' });
  return {
    type: 'send',
    found: { orderId: known.orderId, serviceOrderId: serviceOrder, item, step: name },
  };
}
