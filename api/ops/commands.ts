import { z } from '@hono/zod-openapi';
import type { AuditRow, NewAudit } from '../../drizzle/auditStore.ts';
import { type Tx, withTenant } from '../../drizzle/client.ts';
import { abortedBy } from '../../drizzle/controlStore.ts';
import { type Checked, refused, runCommand } from '../../drizzle/operatorDesk.ts';
import { stateOfOrder } from '../../drizzle/orderStore.ts';
import { standOf } from '../../drizzle/serviceOrderStore.ts';
import { orderWaitingFor } from '../../drizzle/falloutStore.ts';
import { restartOrphan, restartOrphanedServiceOrder } from '../../drizzle/sweepStore.ts';
import { unreachable } from '../../src/kernel/assert.ts';
import { idPattern } from '../../src/kernel/ids.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import type { CommandAnswer } from '../../src/operator/answer.ts';
import type { OrderCommandName } from '../../src/operator/commands.ts';
import { orderMachine } from '../../src/order/machine.ts';
import { serviceOrderMachine } from '../../src/serviceOrder/machine.ts';
import type { RunCommand } from '../../workflows/client.ts';
import { fitting, readJsonIfAny } from '../body.ts';
import type { ApiContext, ApiDeps } from '../deps.ts';
import { commander, ensureDone, reason } from './commandAnswer.ts';

/** What a person has to say with each command about an order as a whole. */
export const orderCommandSchemas = {
  hold: z.strictObject({ reason }).openapi('Hold', { description: 'Why the order shall wait' }),
  resume: z.strictObject({ reason: reason.exactOptional() }).openapi('Resume'),
  abort: z.strictObject({ reason }).openapi('Abort', { description: 'Why the order is not wanted any more' }),
  restart: z.strictObject({ reason: reason.exactOptional() }).openapi('Restart'),
} as const satisfies Record<OrderCommandName, z.ZodType>;

/** What an operator may command as a whole: a product order, or a service order of its own. */
interface Commanded {
  /** Why it cannot be commanded any more, or at all. */
  readonly objection: (tx: Tx, tenant: string, id: string) => Promise<Objection | undefined>;
  readonly restartOrphan: typeof restartOrphan;
  readonly place: (id: string) => Pick<NewAudit, 'orderId' | 'serviceOrderId'>;
  readonly send: (
    deps: ApiDeps,
    target: { readonly tenant: string; readonly id: string },
    command: RunCommand,
    audit: string,
  ) => Promise<CommandAnswer>;
}
type Objection = ReturnType<typeof refused>;

const commanded = {
  productOrder: {
    objection: async (tx, tenant, id) => {
      const state = await stateOfOrder(tx, tenant, id);
      if (state === undefined) return refused('ResourceUnknown', 'there is no such productOrder');
      return isFinal(orderMachine, state) ? refused('OrderOver', `the order is ${state}`) : undefined;
    },
    restartOrphan,
    place: (id) => ({ orderId: id }),
    send: ({ operate }, { tenant, id }, command, audit) =>
      operate.commandOrder({ tenant, orderId: id }, command, audit),
  },
  serviceOrder: {
    objection: async (tx, tenant, id) => {
      const known = await standOf(tx, tenant, id);
      if (known === undefined) return refused('ResourceUnknown', 'there is no such serviceOrder');
      const { state, orderId } = known;
      // What belongs to a product order goes and comes with it.
      if (orderId !== null) {
        const message = `it belongs to the product order ${orderId}: command that one`;
        return refused('ServiceOrderOfProductOrder', message);
      }
      const isOver = isFinal(serviceOrderMachine, state);
      return isOver ? refused('ServiceOrderOver', `the service order is ${state}`) : undefined;
    },
    restartOrphan: restartOrphanedServiceOrder,
    place: (id) => ({ serviceOrderId: id }),
    send: ({ operate }, { tenant, id }, command, audit) =>
      operate.commandServiceOrder({ tenant, serviceOrder: id }, command, audit),
  },
} as const satisfies Record<string, Commanded>;
export type CommandedKind = keyof typeof commanded;

/** A command about an order as a whole: its run decides, and what has lost its run is given another. */
export async function commandOrder(
  c: ApiContext,
  deps: ApiDeps,
  kind: CommandedKind,
  command: OrderCommandName,
): Promise<Response> {
  const { tenant, client, subject, key, commandId } = commander(c);
  const body = fitting(orderCommandSchemas[command], await readJsonIfAny(c, deps.config.bodyLimitBytes));
  const id = c.req.param('id') ?? '';
  const { place, send } = commanded[kind];
  const about = { entity: kind, entityId: id, ...place(id), reason: body.reason };
  const answer = await runCommand(deps.db, {
    tenant,
    audit: { id: commandId, client, subject, command, ...about },
    check: (tx) => check(tx, { tenant, kind, command, id, audit: commandId }),
    send: async (row) => {
      if (command === 'restart') return rejoin(deps, row);
      if (command === 'abort' && (await isTakenUp(deps, { tenant, kind, id, audit: row.id })))
        return { type: 'done' };
      return send(deps, { tenant, id }, command, row.id);
    },
  });
  ensureDone(answer, key);
  deps.log.info({ [kind]: id, subject, command, commandId }, 'an operator commands an order');
  return c.json({ command, id, commandId }, 202);
}

interface Asked {
  readonly tenant: string;
  readonly kind: CommandedKind;
  readonly command: OrderCommandName;
  readonly id: string;
  readonly audit: string;
}

async function check(tx: Tx, { tenant, kind, command, id, audit }: Asked): Promise<Checked> {
  const { objection, restartOrphan: restartIt } = commanded[kind];
  if (!idPattern.test(id)) return refused('ResourceUnknown', `there is no such ${kind}`);
  if (kind === 'serviceOrder' && command === 'restart') {
    const orderId = await orderWaitingFor(tx, tenant, id);
    if (orderId !== undefined) return { type: 'send', found: { orderId } };
  }
  const objected = await objection(tx, tenant, id);
  if (objected) return objected;
  switch (command) {
    case 'hold':
    case 'resume':
      return { type: 'send' };
    case 'abort': {
      await restartIt(tx, tenant, id, { resolution: 'abort', abortedBy: audit });
      return { type: 'send' };
    }
    case 'restart':
      if (await restartIt(tx, tenant, id, { resolution: 'restart' })) return { type: 'done' };
      return refused('OrderNotOrphaned', 'there is no open fallout of class orphaned for it');
    default:
      return unreachable(command);
  }
}

/** An orphan's next run takes it back, and tells the audit when it does: there is nobody to send it to yet. */
const isTakenUp = ({ db }: ApiDeps, { tenant, kind, id, audit }: Omit<Asked, 'command'>): Promise<boolean> =>
  withTenant(db, tenant, async (tx) => (await abortedBy(tx, tenant, { kind, id })) === audit);

/** A service order that lost its run is given another by the run of its product order. */
const rejoin = ({ operate }: ApiDeps, { tenantId, id, orderId, serviceOrderId }: AuditRow) =>
  orderId === null || serviceOrderId === null
    ? Promise.resolve({ type: 'runMissing' } as const)
    : operate.rejoin({ tenant: tenantId, orderId }, serviceOrderId, id);
