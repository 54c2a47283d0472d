import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { must } from '../../src/kernel/assert.ts';
import { repository } from '../../temporal-dev/repository.ts';
import { productOrderId, serviceOrderId } from '../../workflows/messages.ts';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { eventually } from '../support/eventually.ts';
import { accessItem } from '../support/serviceOrders.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { historiesFolder } from './histories.ts';

/** The orders whose runs are kept, by case; the later ones change what the first one built. */
const cases = {
  happy: (client: Client) => ordered(client, [bundle], 'completed'),
  modify: async (client: Client) => {
    const fibre = await productOf(client, 'OFF-FIBRE-1G');
    const faster = { id: '1', action: 'modify', productOffering: { id: 'OFF-FIBRE-2G' }, product: fibre };
    return ordered(client, [faster], 'completed');
  },
  delete: async (client: Client) => {
    const product = await productOf(client, 'OFF-BIZ-FIBRE-BUNDLE');
    return ordered(client, [{ id: '1', action: 'delete', product }], 'completed');
  },
  retried: async (client: Client) => {
    const throttle = { type: 'throttle', retryAfter: 0 };
    await client.faults([{ system: 'ipam', verb: 'apply', times: 2, behaviour: throttle }]);
    return ordered(client, [bundle], 'completed');
  },
  held: async (client: Client) => {
    await client.faults([{ system: 'edge', verb: 'apply', behaviour: { type: 'lie' } }]);
    return ordered(client, [bundle], 'held');
  },
  undone: async (client: Client) => {
    const refuse = { type: 'refuse', code: 'noCapacity' };
    await client.faults([{ system: 'edge', verb: 'apply', behaviour: refuse }]);
    return ordered(client, [bundle], 'failed');
  },
  hurried: async (client: Client) => {
    await client.faults([
      { system: 'edge', verb: 'apply', times: 3, behaviour: { type: 'throttle', retryAfter: 0 } },
    ]);
    const order = await ordered(client, [bundle], 'held');
    const [fallout] = await client.fallout(order);
    await client.command(`/fallout/${fallout.id}/retryNow`);
    await client.reaches(order, 'completed');
    return order;
  },
  aborted: async (client: Client) => {
    await client.faults([{ system: 'edge', verb: 'apply', behaviour: { type: 'throttle', retryAfter: 0 } }]);
    const order = await ordered(client, [bundle], 'held');
    await client.command(`/productOrders/${order}/abort`, { reason: 'recorded' });
    await client.reaches(order, 'cancelled');
    return order;
  },
  cancelled: async (client: Client) => {
    await client.faults([{ system: 'edge', verb: 'apply', behaviour: { type: 'lie' } }]);
    const order = await ordered(client, [bundle], 'held');
    await client.cancel(order);
    await client.reaches(order, 'cancelled');
    return order;
  },
  paused: async (client: Client) => {
    await client.faults([
      { system: 'edge', verb: 'apply', times: 2, behaviour: { type: 'throttle', retryAfter: 3 } },
    ]);
    const order = await ordered(client, [bundle], 'inProgress');
    await client.fallsBack(order, 'route');
    await client.command(`/productOrders/${order}/hold`, { reason: 'recorded' });
    await client.command(`/productOrders/${order}/resume`);
    await client.reaches(order, 'completed');
    return order;
  },
  leftBehind: async (client: Client) => {
    await client.faults([
      { system: 'edge', verb: 'apply', behaviour: { type: 'refuse', code: 'noRoute' } },
      { system: 'ipam', verb: 'revoke', behaviour: { type: 'refuse', code: 'inUse' } },
    ]);
    const order = await ordered(client, [bundle], 'held');
    const [fallout] = await client.fallout(order);
    await client.command(`/fallout/${fallout.id}/leaveBehind`, { reason: 'recorded' });
    await client.reaches(order, 'failed');
    return order;
  },
  attested: async (client: Client) => {
    await client.faults([{ system: 'edge', verb: 'read', times: 1, behaviour: { type: 'lie' } }]);
    const order = await ordered(client, [bundle], 'held');
    const [fallout] = await client.fallout(order);
    await client.command(`/fallout/${fallout.id}/completeWithEvidence`);
    await client.reaches(order, 'completed');
    return order;
  },
  reported: async (client: Client) => {
    const accept = { type: 'accept', afterMs: 500, callback: 'duplicate' };
    await client.faults([{ system: 'porting', verb: 'apply', behaviour: accept }]);
    return ordered(client, [voice], 'completed');
  },
} as const satisfies Record<string, (client: Client) => Promise<string>>;

const voice = {
  id: '1',
  action: 'add',
  productOffering: { id: 'OFF-BIZ-VOICE' },
  product: { productCharacteristic: [{ name: 'number', value: '+442079460958' }] },
};

async function ordered(client: Client, items: readonly object[], state: string): Promise<string> {
  const order = await client.order(items);
  await client.reaches(order, state);
  return order;
}

async function productOf(client: Client, offering: string): Promise<{ id: string }> {
  const rows = await client.rows(`select id from product where offering = '${offering}' order by id`);
  return { id: must(rows[0], `a product of ${offering}`).id };
}

const literally = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** Nothing in a history may tell where it was recorded: workers and clients sign with their host. */
function withoutTraces(json: string): string {
  const text = json.replaceAll(new RegExp(`\\d+@${literally(hostname())}`, 'g'), 'recorded');
  const payloads = [...text.matchAll(/"data": "([^"]*)"/g)].map(([, data]) =>
    Buffer.from(data ?? '', 'base64'),
  );
  for (const trace of [hostname(), repository, '127.0.0.1', 'localhost']) {
    // As a word of its own: a short name may be part of any hash.
    const word = new RegExp(`(?<![\\w+/-])${literally(trace)}(?![\\w+/-])`);
    if ([text, ...payloads].some((part) => word.test(String(part))))
      throw new Error(`a history names ${trace}`);
  }
  return text;
}

function keep(name: string, json: string): void {
  const file = join(historiesFolder, `${name}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, json);
  console.log(name);
}

async function record(stack: Stack, connection: Connection): Promise<void> {
  const client = clientOf(stack);
  const temporal = new TemporalClient({ connection, namespace: stack.temporalNamespace });
  const historyOf = async (workflowId: string): Promise<string> => {
    const handle = temporal.workflow.getHandle(workflowId);
    const whole = async () => {
      const { raw } = await handle.describe();
      if (raw.pendingWorkflowTask) throw new Error(`${workflowId} is not at rest`);
      return handle.fetchHistory();
    };
    return withoutTraces(historyToJSON(await eventually(whole, { withinMs: 10_000 })));
  };
  rmSync(historiesFolder, { recursive: true, force: true });
  for (const [name, run] of Object.entries(cases)) {
    await client.faults([]);
    const orderId = await run(client);
    const tenant = 'default';
    const children = await client.rows(
      `select id, domain, compensates from service_order where order_id = '${orderId}' and started_at is not null`,
    );
    keep(`productOrder/${name}`, await historyOf(productOrderId({ tenant, orderId })));
    for (const { id, domain, compensates } of children) {
      const part = compensates === null ? domain : `${domain}-taken-back`;
      keep(`serviceOrder/${name}-${part}`, await historyOf(serviceOrderId(tenant, id)));
    }
  }
  await client.faults([]);
  const alone = await client.serviceOrder([accessItem('line')]);
  await client.serviceOrderReaches(alone, 'completed');
  keep('serviceOrder/alone', await historyOf(serviceOrderId('default', alone)));
}

async function main(): Promise<void> {
  const stack = await startStack({
    ownServers: true,
    env: { RETRY_FROM_MS: '50', RETRY_UP_TO_MS: '100', RETRY_ATTEMPTS: '3' },
  });
  try {
    const connection = await Connection.connect({ address: stack.temporalAddress });
    await record(stack, connection).finally(() => connection.close());
  } finally {
    await stack.stop();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
