import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { startRelay } from '../../../activities/relay/relay.ts';
import { createCallbackDeliverer } from '../../../api/activation/deliverer.ts';
import type { Call } from '../../../drizzle/callbackStore.ts';
import { openWorkflowDoor, type WorkflowDoor } from '../../../workflows/client.ts';
import { type Api, startApi } from '../../api/support/api.ts';
import { noteStep, saveSecrets, signed } from '../../support/callbacks.ts';
import { eventually } from '../../support/eventually.ts';
import { freshNamespace } from '../../support/namespace.ts';

/** A real Temporal with runs that no worker touches: what was told to them is in their histories. */

let api: Api;
let temporal: Client;
let door: WorkflowDoor;
let nobodyThere: WorkflowDoor;
let deliver: (call: Call) => void;
const relays: ReturnType<typeof startRelay>[] = [];
const log = pino({ level: 'silent' });

const doorTo = async (address: string, namespace: string): Promise<WorkflowDoor> => {
  Object.assign(process.env, { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace });
  return openWorkflowDoor();
};

beforeAll(async () => {
  const [address, namespace] = [inject('temporalAddress'), await freshNamespace()];
  door = await doorTo(address, namespace);
  nobodyThere = await doorTo('127.0.0.1:9', namespace);
  temporal = new Client({ connection: await Connection.connect({ address }), namespace });
  api = await startApi({ deliverCallback: (call) => deliver(call) });
  await saveSecrets(api.db, ['olt']);
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
  const deliverer = createCallbackDeliverer({ db: api.db, log, workflows });
  deliver = deliverer.deliverCallback;
  return deliverer;
};
const apiDiesBeforeDelivery = (): void => {
  deliver = () => undefined;
};

const running = async (serviceOrder: string) => {
  const workflowId = `serviceOrder:default:${serviceOrder}`;
  return temporal.workflow.start('serviceOrder', { workflowId, taskQueue: 'nobody' });
};

/** What a run was told, as it would read it. */
const toldTo = async (serviceOrder: string) => {
  const { events } = await temporal.workflow.getHandle(`serviceOrder:default:${serviceOrder}`).fetchHistory();
  return (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) =>
    signal
      ? [
          [
            signal.signalName,
            ...(signal.input?.payloads ?? []).map(({ data }) => Buffer.from(data ?? []).toString()),
          ],
        ]
      : [],
  );
};
const lineCalled = ['called', '{"step":"1/line"}'];

const send = async (serviceOrder: string, messageId = `m-${serviceOrder}`) => {
  const correlationId = `default.olt.${serviceOrder}`;
  expect((await api.ask(...signed({ messageId, correlationId }))).status).toBe(202);
};
const rowOf = async (serviceOrder: string) => (await api.get(`/ops/v1/callbacks/olt/m-${serviceOrder}`)).body;
const reaches = (serviceOrder: string, wanted: object) =>
  eventually(async () => expect(await rowOf(serviceOrder)).toMatchObject(wanted), { withinMs: 20_000 });
const noted = (serviceOrder: string) =>
  noteStep(api.db, { serviceOrder, correlationId: `default.olt.${serviceOrder}` });

test('the API tells the running service order at once: ids only, nothing of what was said', async () => {
  await noted('at-once');
  await running('at-once');
  const deliverer = apiVia(door);
  await send('at-once');
  await deliverer.drained();
  expect(await rowOf('at-once')).toMatchObject({ state: 'delivered', tries: 0 });
  expect(await toldTo('at-once')).toEqual([lineCalled]);
});

test('what the API left undone the relay delivers once, and the row says so', async () => {
  await noted('left');
  await running('left');
  apiDiesBeforeDelivery();
  await send('left');
  expect(await rowOf('left')).toMatchObject({ state: 'waiting', tries: 0 });
  relayVia(door);
  relayVia(door);
  await reaches('left', { state: 'delivered', tries: 1 });
  expect(await toldTo('left')).toEqual([lineCalled]);
});

test('with Temporal down a callback is answered 202, kept and tried again, and delivered when it is back', async () => {
  await noted('down');
  await running('down');
  const deliverer = apiVia(nobodyThere);
  await send('down');
  await deliverer.drained();
  expect(await rowOf('down')).toMatchObject({ state: 'waiting' });
  relayVia(nobodyThere);
  await reaches('down', { state: 'waiting', tries: 1 });
  await relays.pop()?.stop();
  expect(await toldTo('down')).toEqual([]);
  relayVia(door);
  await reaches('down', { state: 'delivered', tries: 2 });
  expect(await toldTo('down')).toEqual([lineCalled]);
});

test('a callback nobody runs for is a dead letter, and is delivered when it is replayed to a run', async () => {
  await noted('gone');
  apiDiesBeforeDelivery();
  await send('gone');
  relayVia(door);
  await reaches('gone', { state: 'dead', reason: 'noRun' });
  await running('gone');
  const deliverer = apiVia(door);
  expect((await api.ask('/ops/v1/callbacks/olt/m-gone/replay', { method: 'POST' })).status).toBe(200);
  await deliverer.drained();
  await reaches('gone', { state: 'delivered' });
  expect(await rowOf('gone')).not.toHaveProperty('reason');
  expect(await toldTo('gone')).toEqual([lineCalled]);
});

test('a callback for a run that has ended is a dead letter', async () => {
  await noted('ended');
  await (await running('ended')).terminate();
  const deliverer = apiVia(door);
  await send('ended');
  await deliverer.drained();
  expect(await rowOf('ended')).toMatchObject({ state: 'dead', reason: 'noRun' });
});

test('every callback of one step is told, and each only once', async () => {
  await noted('twice');
  await running('twice');
  const deliverer = apiVia(door);
  for (const messageId of ['m-twice', 'm-twice', 'm-twice-2']) await send('twice', messageId);
  await deliverer.drained();
  expect(await toldTo('twice')).toEqual([lineCalled, lineCalled]);
});

test('a relay that told, and could not write that down, tells again: a hint may come twice', async () => {
  await noted('again');
  await running('again');
  apiDiesBeforeDelivery();
  await send('again');
  let failures = 0;
  relayVia(door, (name) => {
    if (name !== 'callback.told' || failures > 0) return;
    failures += 1;
    throw new Error('not written down');
  });
  await reaches('again', { state: 'delivered', tries: 2 });
  expect(await toldTo('again')).toEqual([lineCalled, lineCalled]);
});
