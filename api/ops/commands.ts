import { z } from '@hono/zod-openapi';
import type { CommandedOrder, NewAudit } from '../../drizzle/auditStore.ts';
import { type Tx, withTenant } from '../../drizzle/client.ts';
import { abortedBy } from '../../drizzle/controlStore.ts';
import { type Checked, refused, runCommand } from '../../drizzle/operatorDesk.ts';
import { checkAbort, checkRestart, objectionTo, sendRejoin } from '../../drizzle/orphanDesk.ts';
import { idPattern } from '../../src/kernel/ids.ts';
import type { CommandAnswer } from '../../src/operator/answer.ts';
import type { OrderCommandName } from '../../src/operator/commands.ts';
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
  readonly place: (id: string) => Pick<NewAudit, 'orderId' | 'serviceOrderId'>;
  readonly send: (
    deps: ApiDeps,
    target: { readonly tenant: string; readonly id: string },
    command: RunCommand,
    audit: string,
  ) => Promise<CommandAnswer>;
}

const commanded = {
  productOrder: {
    place: (id) => ({ orderId: id }),
    send: ({ operate }, { tenant, id }, command, audit) =>
      operate.commandOrder({ tenant, orderId: id }, command, audit),
  },
  serviceOrder: {
    place: (id) => ({ serviceOrderId: id }),
    send: ({ operate }, { tenant, id }, command, audit) =>
      operate.commandServiceOrder({ tenant, serviceOrder: id }, command, audit),
  },
} as const satisfies Record<CommandedKind, Commanded>;
export type CommandedKind = CommandedOrder['kind'];

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
      if (command === 'restart') return sendRejoin(deps.operate.rejoin, row);
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
  if (!idPattern.test(id)) return refused('ResourceUnknown', `there is no such ${kind}`);
  if (command === 'restart') return checkRestart(tx, tenant, { kind, id });
  const objected = await objectionTo[kind](tx, tenant, id);
  if (objected) return objected;
  return command === 'abort' ? checkAbort(tx, tenant, { kind, id }, audit) : { type: 'send' };
}

/** An orphan's next run takes it back, and tells the audit when it does: there is nobody to send it to yet. */
const isTakenUp = ({ db }: ApiDeps, { tenant, kind, id, audit }: Omit<Asked, 'command'>): Promise<boolean> =>
  withTenant(db, tenant, async (tx) => (await abortedBy(tx, tenant, { kind, id })) === audit);
