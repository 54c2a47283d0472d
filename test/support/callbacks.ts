import { sql } from 'drizzle-orm';
import { Webhook } from 'standardwebhooks';
import { type Database, withTenant } from '../../drizzle/client.ts';
import { attempt, serviceOrder, step, system } from '../../drizzle/schema.ts';
import type { ServiceOrderState, StepState } from '../../src/serviceOrder/machine.ts';

export const secretOf = (name: string): string =>
  `whsec_${Buffer.from(`what ${name} signs with, in tests alone`).toString('base64')}`;

/** Systems that may report; their rows are the operator's, so the owner of the tables writes them. */
export const saveSecrets = async (db: Database, names: readonly string[]): Promise<void> => {
  for (const name of names) {
    await db
      .insert(system)
      .values({ name, adapter: 'http', address: 'http://127.0.0.1:1', callbackSecret: secretOf(name) })
      .onConflictDoUpdate({ target: system.name, set: { callbackSecret: sql`excluded.callback_secret` } });
  }
};

export interface NotedStep {
  readonly tenant?: string;
  readonly serviceOrder: string;
  readonly correlationId: string;
  readonly system?: string;
  readonly state?: StepState;
  readonly serviceOrderState?: ServiceOrderState;
}

/** A step `1/line` whose attempt was noted under a correlation id, and nothing around it. */
export async function noteStep(db: Database, noted: NotedStep): Promise<void> {
  const { tenant = 'default', serviceOrder: id, correlationId, system: of = 'olt' } = noted;
  await withTenant(db, tenant, async (tx) => {
    await tx.insert(serviceOrder).values({
      ...{ tenantId: tenant, id, ordinal: 1, domain: 'access', version: 1, after: [] },
      state: noted.serviceOrderState ?? 'inProgress',
    });
    const place = { tenantId: tenant, serviceOrderId: id, item: 1 };
    await tx.insert(step).values({
      ...{ ...place, name: 'line', ordinal: 1, system: of, verb: 'apply', object: `line/${id}` },
      ...{ values: {}, results: {}, verify: 'always', after: [], builtAfter: [], changed: [] },
      ...{ state: noted.state ?? 'attempting', attempt: 1, generation: 1, decided: false },
    });
    await tx
      .insert(attempt)
      .values({ ...place, step: 'line', number: 1, key: `${id}/1/line/1/do`, correlationId });
  });
}

export interface Message {
  readonly system?: string;
  readonly messageId: string;
  readonly correlationId: string;
  readonly body?: string;
  readonly secret?: string;
  readonly sentAt?: Date;
}

export const callbackPath = (correlationId: string): string =>
  `/activation/v1/callbacks/${encodeURIComponent(correlationId)}`;

/** A callback as a system sends it: path and request. */
export function signed(
  message: Message,
): [path: string, init: RequestInit & { headers: Record<string, string> }] {
  const { messageId, correlationId, system: name = 'olt', body = '{"status":"done"}' } = message;
  const { secret = secretOf(name), sentAt = new Date() } = message;
  const headers = {
    'content-type': 'application/json',
    'webhook-id': messageId,
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign(messageId, sentAt, body),
  };
  return [callbackPath(correlationId), { method: 'POST', headers, body }];
}
