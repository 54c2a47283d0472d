import { setTimeout as delay } from 'node:timers/promises';
import type { Sql } from 'postgres';
import type { Sample, Shape } from './load.ts';

const offerings = {
  independent: 'OFF-BENCH-BUNDLE',
  chain: 'OFF-BIZ-FIBRE-BUNDLE',
} as const satisfies Record<Shape, string>;
const path = '/tmf-api/productOrderingManagement/v4/productOrder';
const giveUpAfterMs = 60_000;

interface Waiting {
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/**
 * Sees orders end by one cheap query for all that are under way, every few milliseconds: polling each over HTTP
 * would load the API that is measured. It adds at most its pause to a latency.
 */
function watchOrders(sql: Sql) {
  const waiting = new Map<string, Waiting>();
  let watching = false;

  async function look(): Promise<void> {
    const rows = await sql<{ id: string; state: string }[]>`
      select id, state from product_order
      where tenant_id = 'default' and id = any(${[...waiting.keys()]})
        and state not in ('acknowledged', 'pending', 'inProgress')`;
    for (const { id, state } of rows) {
      if (state === 'completed') waiting.get(id)?.resolve();
      else waiting.get(id)?.reject(new Error(`order ${id} ended up ${state}`));
      waiting.delete(id);
    }
    const late = [...waiting].find(([, { since }]) => performance.now() - since > giveUpAfterMs);
    if (late) throw new Error(`order ${late[0]} was not completed within ${giveUpAfterMs / 1_000} s`);
  }

  async function watch(): Promise<void> {
    watching = true;
    try {
      while (waiting.size > 0) {
        await delay(waiting.size > 1 ? 50 : 5);
        await look();
      }
    } catch (error) {
      for (const { reject } of waiting.values()) reject(error as Error);
      waiting.clear();
    }
    watching = false;
  }

  return (id: string): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.set(id, { since: performance.now(), resolve, reject });
      if (!watching) void watch();
    });
}

export function createDialtoneOrders(apiUrl: string, sql: Sql) {
  const completed = watchOrders(sql);
  return async (shape: Shape): Promise<Sample> => {
    const body = JSON.stringify({
      productOrderItem: [{ id: '1', action: 'add', productOffering: { id: offerings[shape] } }],
    });
    const begun = performance.now();
    const response = await fetch(`${apiUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const answer = await response.text();
    const acceptMs = performance.now() - begun;
    if (response.status !== 201) throw new Error(`the order was answered with ${response.status}: ${answer}`);
    await completed((JSON.parse(answer) as { id: string }).id);
    return { latencyMs: performance.now() - begun, acceptMs };
  };
}
