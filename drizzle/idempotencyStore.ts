import { and, eq } from 'drizzle-orm';
import type { Json } from '../src/kernel/json.ts';
import type { Tx } from './client.ts';
import { idempotency } from './schema.ts';

export interface IdempotencyKey {
  readonly operation: string;
  readonly key: string;
  readonly fingerprint: string;
}

export interface Reply {
  readonly status: number;
  readonly location: string;
  readonly body: Json;
}

export type Reserved =
  | { readonly type: 'reserved' }
  | { readonly type: 'replayed'; readonly reply: Reply }
  | { readonly type: 'keyReused' };

/** A second request under the same key waits here until the first has committed, then gets its answer. */
export async function reserveKey(
  tx: Tx,
  tenant: string,
  client: string,
  { operation, key, fingerprint }: IdempotencyKey,
): Promise<Reserved> {
  const inserted = await tx
    .insert(idempotency)
    .values({ tenantId: tenant, client, operation, key, fingerprint })
    .onConflictDoNothing()
    .returning({ key: idempotency.key });
  if (inserted.length === 1) return { type: 'reserved' };
  const [known] = await tx
    .select()
    .from(idempotency)
    .where(whereKey(tenant, client, operation, key));
  if (known?.fingerprint !== fingerprint) return { type: 'keyReused' };
  return {
    type: 'replayed',
    reply: { status: known.status ?? 201, location: known.location ?? '', body: known.body as Json },
  };
}

export async function storeReply(
  tx: Tx,
  tenant: string,
  client: string,
  { operation, key }: IdempotencyKey,
  reply: Reply,
): Promise<void> {
  await tx
    .update(idempotency)
    .set(reply)
    .where(whereKey(tenant, client, operation, key));
}

const whereKey = (tenant: string, client: string, operation: string, key: string) =>
  and(
    eq(idempotency.tenantId, tenant),
    eq(idempotency.client, client),
    eq(idempotency.operation, operation),
    eq(idempotency.key, key),
  );
