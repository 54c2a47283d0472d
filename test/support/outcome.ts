import { Client as TemporalClient, Connection } from '@temporalio/client';
import { expect } from 'vitest';
import type { Client } from './clientOf.ts';
import { eventually } from './eventually.ts';
import type { Stack } from './stack.ts';

/** What must be true of an order in the end, whatever happened on its way. */

/** The network did each thing for this bundle once, and the books say so. */
export async function expectDoneOnce(client: Client, order: string): Promise<void> {
  const entries = (await client.ledger()).filter(({ object }) => object.includes(order));
  expect(entries.map(({ system }) => system).sort()).toEqual(['acs', 'bng', 'edge', 'ipam', 'nms', 'olt']);
  expect(new Set(entries.map(({ key }) => key)).size).toBe(6);
  expect(await client.rows(`select distinct status from product where id like '${order}-%'`)).toEqual([
    { status: 'active' },
  ]);
  expect(await client.rows(`select 1 from claim where '${order}' = any(holders)`)).toEqual([]);
}

/** What stands in the network for this order. */
export const standingOf = async (client: Client, order: string): Promise<string[]> =>
  (await client.standing()).filter((object) => object.includes(order));

/** What stands in the network is in service inventory as active, and the other way round. */
export async function expectInventoryTrue(client: Client, order: string): Promise<void> {
  const inNetwork = new Set((await standingOf(client, order)).map((object) => object.split('/').at(-1)));
  const services: { id: string; state: string }[] = await client.list('service', 'limit=1000');
  const inInventory = services.filter(({ id, state }) => id.startsWith(order) && state === 'active');
  expect(inInventory.map(({ id }) => id).sort()).toEqual([...inNetwork].sort());
}

/** The run that is there now is the one that claimed the order: there never was another. */
export async function expectOneRun(stack: Stack, client: Client, order: string): Promise<void> {
  const connection = await Connection.connect({ address: stack.temporalAddress });
  try {
    const temporal = new TemporalClient({ connection, namespace: stack.temporalNamespace });
    const { runId } = await temporal.workflow.getHandle(`productOrder:default:${order}`).describe();
    expect(await client.rows(`select run_chain from product_order where id = '${order}'`)).toEqual([
      { run_chain: runId },
    ]);
  } finally {
    await connection.close();
  }
}

/** The states that its clients were told of, in their order. */
export const statesTold = async (client: Client, id: string): Promise<string[]> =>
  (
    await client.rows(
      `select snapshot ->> 'state' as state from event where entity_id = '${id}' and type <> 'changed' order by version`,
    )
  ).map(({ state }) => state);

/** Nothing of the order is in the network, nothing is claimed, due, or waits for a person or an answer. */
export async function expectNothingLeft(client: Client, order: string): Promise<void> {
  expect(await standingOf(client, order)).toEqual([]);
  expect(await client.rows(`select 1 from claim where '${order}' = any(holders)`)).toEqual([]);
  expect(await client.rows(`select 1 from dispatch where order_id = '${order}'`)).toEqual([]);
  const open = `select 1 from fallout where order_id = '${order}' and closed_at is null`;
  expect(await client.rows(open)).toEqual([]);
  expect(
    await client.rows(`select id from audit where entity_id = '${order}' and outcome = 'asked'`),
  ).toEqual([]);
}

/** A step of the order has been tried last without success, and waits for its next try, there or back. */
export const waitsForItsRetry = (client: Client, order: string, step: string) =>
  eventually(
    async () => {
      const [last] = await client.rows(
        `select outcome from attempt where step = '${step}' and service_order_id like '${order}%' order by number desc limit 1`,
      );
      expect(last).toEqual({ outcome: 'throttled' });
    },
    { withinMs: 40_000 },
  );
