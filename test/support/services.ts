import { type Database, withTenant } from '../../drizzle/client.ts';
import { service, serviceBinding } from '../../drizzle/schema.ts';
import type { ServiceState } from '../../src/inventory/service.ts';
import type { JsonObject } from '../../src/kernel/json.ts';

export interface StandingService {
  readonly id: string;
  readonly specification: string;
  readonly state?: ServiceState;
  readonly bindings?: Readonly<Record<string, string>>;
  readonly characteristics?: JsonObject;
}

/** A service of no product, as if it had been ordered by itself; it is there once, however often it is asked for. */
export const standingService = (db: Database, wanted: StandingService): Promise<void> =>
  withTenant(db, 'default', async (tx) => {
    const { id, specification, state = 'active', bindings = {} } = wanted;
    const characteristics = wanted.characteristics ?? { downstreamMbps: 1_000, upstreamMbps: 1_000 };
    await tx
      .insert(service)
      .values({
        tenantId: 'default',
        id,
        specification,
        domain: 'access',
        state,
        version: 1,
        characteristics,
        results: {},
        orderItems: [],
      })
      .onConflictDoNothing();
    const rows = Object.entries(bindings).map(([alias, reliesOnId]) => ({
      tenantId: 'default',
      serviceId: id,
      alias,
      reliesOnId,
    }));
    if (rows.length > 0) await tx.insert(serviceBinding).values(rows).onConflictDoNothing();
  });
