import { Client, Connection } from '@temporalio/client';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { startRelay } from '../../../activities/relay/relay.ts';
import { createCancelTeller } from '../../../api/cancelling/teller.ts';
import type { TakenCancel } from '../../../drizzle/cancelStore.ts';
import { withTenant } from '../../../drizzle/client.ts';
import { openWorkflowDoor, registerSearchAttributes, type WorkflowDoor } from '../../../workflows/client.ts';
import { type Api, startApi } from '../../api/support/api.ts';
import { eventually } from '../../support/eventually.ts';
import { freshNamespace } from '../../support/namespace.ts';
import { fibre, orderOf } from '../../support/orders.ts';
import { accessItem, serviceOrderOf } from '../../support/serviceOrders.ts';

/** A real Temporal with runs that no worker touches: what was told to them is in their histories. */

let api: Api;
let temporal: Client;
let door: WorkflowDoor;
let nobodyThere: WorkflowDoor;
let tell: (cancel: TakenCancel) => void;
const relays: ReturnType<typeof startRelay>[] = [];
const log = pino({ level: 'silent' });

const doorTo = async (address: string, namespace: string): Promise<WorkflowDoor> => {
  Object.assign(process.env, { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace });
  return openWorkflowDoor();
};

beforeAll(async () => {
  const [address, namespace] = [inject('temporalAddress'), await freshNamespace()];
  door = await doorTo(address, namespace);
  await registerSearchAttributes();
  nobodyThere = await doorTo('127.0.0.1:9', namespace);
  temporal = new Client({ connection: await Connection.connect({ address }), namespace });
  api = await startApi({ tellCancel: (_, cancel) => tell(cancel) });
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
});
afterAll(async () => {
  await Promise.all([temporal?.connection.close(), door?.close(), nobodyThere?.close()]);
  await api?.stop();
});

const relayVia = (workflows: WorkflowDoor, failpoint: (name: string) => void = () => undefined): void => {
  relays.push(startRelay({ db: api.db, log, workflows, intervalMs: 20, leaseMs: 30_000, failpoint }));
};
const apiVia = (workflows: WorkflowDoor) => {
  const teller = createCancelTeller({ db: api.db, log, workflows, failpoint: () => undefined });
  tell = (cancel) => teller.tellCancel('default', cancel);
  return teller;
};
const apiDiesBeforeItTells = (): void => {
  tell = () => undefined;
};

const rows = (statement: string) =>
  withTenant(api.db, 'default', async (tx) => [...(await tx.execute(sql.raw(statement)))]);
const commandsOf = async (order: string) =>
  (await rows(`select command from dispatch where order_id = '${order}' order by sequence`)).map(
    ({ command }) => command,
  );
const due = (order: string) => rows(`update dispatch set due_at = now() where order_id = '${order}'`);
const sent = (order: string) =>
  eventually(async () => expect(await commandsOf(order)).toEqual([]), { withinMs: 20_000 });

const kinds = {
  productOrder: {
    path: '/tmf-api/productOrderingManagement/v4',
    cancel: 'cancelProductOrder',
    start: 'start',
    body: () => orderOf(fibre()),
  },
  serviceOrder: {
    path: '/tmf-api/serviceOrdering/v4',
    cancel: 'cancelServiceOrder',
    start: 'startServiceOrder',
    body: () => serviceOrderOf(accessItem('line')),
  },
} as const;
type Kind = keyof typeof kinds;

const ordered = async (kind: Kind): Promise<string> =>
  (await api.post(kinds[kind].body(), {}, `${kinds[kind].path}/${kind}`)).body.id;
const cancelled = async (kind: Kind, order: string): Promise<string> => {
  const { path, cancel } = kinds[kind];
  const { status, body } = await api.post({ [kind]: { id: order } }, {}, `${path}/${cancel}`);
  expect(status).toBe(201);
  return body.id;
};
/** Its start has been sent: a run is there. */
const running = async (kind: Kind, order: string) => {
  await rows(`delete from dispatch where order_id = '${order}'`);
  return temporal.workflow.start(kind, { workflowId: `${kind}:default:${order}`, taskQueue: 'nobody' });
};

/** What a run was told, as it would read it. */
const toldTo = async (kind: Kind, order: string) => {
  const { events } = await temporal.workflow.getHandle(`${kind}:default:${order}`).fetchHistory();
  return (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) =>
    signal
      ? [
          [
            signal.signalName,
            ...(signal.input?.payloads ?? []).map(({ data }) => String(Buffer.from(data ?? []))),
          ],
        ]
      : [],
  );
};
const cancelOf = (task: string) => ['cancel', JSON.stringify({ task })];

test.each(['productOrder', 'serviceOrder'] as const)(
  'the API tells the run of a %s at once: the id of the task, and nothing else',
  async (kind) => {
    const order = await ordered(kind);
    await running(kind, order);
    const teller = apiVia(door);
    const task = await cancelled(kind, order);
    await teller.drained();
    expect(await toldTo(kind, order)).toEqual([cancelOf(task)]);
    expect(await commandsOf(order)).toEqual([]);
  },
);

test.each(['productOrder', 'serviceOrder'] as const)(
  'what the API left undone the relay tells the run of a %s, once',
  async (kind) => {
    const order = await ordered(kind);
    await running(kind, order);
    apiDiesBeforeItTells();
    const task = await cancelled(kind, order);
    expect(await commandsOf(order)).toEqual(['cancel']);
    await due(order);
    relayVia(door);
    relayVia(door);
    await sent(order);
    expect(await toldTo(kind, order)).toEqual([cancelOf(task)]);
  },
);

test.each(['productOrder', 'serviceOrder'] as const)(
  'with Temporal down a cancel of a %s waits behind its start, and both are sent in order when it is back',
  async (kind) => {
    const order = await ordered(kind);
    const teller = apiVia(nobodyThere);
    const task = await cancelled(kind, order);
    await teller.drained();
    expect(await commandsOf(order)).toEqual([kinds[kind].start, 'cancel']);
    await due(order);
    relayVia(door);
    await sent(order);
    expect(await toldTo(kind, order)).toEqual([cancelOf(task)]);
  },
);

test('before the start is sent there is no run to tell: the API leaves the row to the relay', async () => {
  const order = await ordered('productOrder');
  const teller = apiVia(door);
  await cancelled('productOrder', order);
  await teller.drained();
  expect(await commandsOf(order)).toEqual(['start', 'cancel']);
});

test('a run that is gone is told nothing, and the task stays open for the one that takes its place', async () => {
  const order = await ordered('productOrder');
  await (await running('productOrder', order)).terminate();
  apiDiesBeforeItTells();
  const task = await cancelled('productOrder', order);
  await due(order);
  relayVia(door);
  await sent(order);
  expect(await rows(`select state from cancel_task where id = '${task}'`)).toEqual([
    { state: 'acknowledged' },
  ]);
});

test('a task that was decided meanwhile is not told again', async () => {
  const order = await ordered('productOrder');
  await running('productOrder', order);
  apiDiesBeforeItTells();
  const task = await cancelled('productOrder', order);
  await rows(`update cancel_task set state = 'done' where id = '${task}'`);
  await due(order);
  relayVia(door);
  await sent(order);
  expect(await toldTo('productOrder', order)).toEqual([]);
});
