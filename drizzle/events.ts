import type { Tx } from './client.ts';
import { event } from './schema.ts';

export type Entity = (typeof event.$inferSelect)['entity'];

export interface NewEvent {
  readonly entity: Entity;
  readonly id: string;
  readonly version: number;
  readonly type: 'created' | 'stateChanged' | 'changed';
  /** The entity as it stands at this version. */
  readonly snapshot: unknown;
}

/** One row per committed state; the id is derived, so the same change never becomes two events. */
export async function insertEvents(tx: Tx, tenant: string, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.insert(event).values(
    events.map(({ entity, id, version, type, snapshot }) => ({
      tenantId: tenant,
      entity,
      entityId: id,
      version,
      id: `${entity}-${id}-${version}`,
      type,
      snapshot,
    })),
  );
}
