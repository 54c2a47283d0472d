import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServiceOrderSituation, serviceOrderTable } from '../docs/serviceOrderTable.ts';
import { type Client, clientOf } from '../support/clientOf.ts';
import { type Arranged, rowsOf } from '../support/commandRows.ts';
import { type Desk, deskOf, withReason } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { waitsForItsRetry } from '../support/outcome.ts';
import { quick } from '../support/quick.ts';
import { accessItem, modifyItem } from '../support/serviceOrders.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type TemporalEyes, temporalOf } from '../support/temporalOf.ts';
import { saveEdited, saveVoice } from '../support/voice.ts';

/** The table of commands about service orders of their own, command by command on the running system. */

let stack: Stack;
let client: Client;
let desk: Desk;
let temporal: TemporalEyes;
beforeAll(async () => {
  stack = await startStack({
    env: {
      ...{ ...quick, RETRY_ATTEMPTS: '2', BREAKER_FAILURES: '1000' },
      ...{ SWEEP_INTERVAL_MS: '500', SWEEP_AFTER_MS: '1000' },
    },
  });
  client = clientOf(stack);
  desk = deskOf(stack);
  temporal = await temporalOf(stack);
  await saveEdited(stack.apiUrl, 'fibre.yaml', (written) =>
    written.replace('system: bng\n', 'system: bng\n    optional: true\n'),
  );
});
afterAll(async () => {
  await temporal?.close();
  await stack?.stop();
});

const rows = () => rowsOf('serviceOrder', client, desk);
const reaches = (id: string, state: string) => rows().reaches(id, state);
const runOf = (id: string) => temporal.runOf(`serviceOrder:default:${id}`);

const waits = { type: 'throttle', retryAfter: 3_600 };
const throttles = { type: 'throttle', retryAfter: 0 };
const refuses = { type: 'refuse', code: 'notLikeThis' };
const onSpeed = (behaviour: object) => ({ system: 'bng', verb: 'apply', behaviour });
const onUndo = (behaviour: object) => ({ system: 'olt', verb: 'revoke', behaviour });
const portWaits = {
  ...{ system: 'porting', verb: 'apply' },
  behaviour: { type: 'accept', afterMs: 20_000, callback: 'drop' },
};

const voiceItem = {
  ...{ id: 'voice', action: 'add' },
  service: {
    serviceSpecification: { id: 'voice-line' },
    serviceCharacteristic: [{ name: 'number', valueType: 'string', value: '+442079460958' }],
  },
};

async function posted(item: object, state: string, afterMs?: number): Promise<string> {
  const startsAt = new Date(Date.now() + (afterMs ?? 0)).toISOString();
  const id = await client.serviceOrder([item], afterMs === undefined ? {} : { requestedStartDate: startsAt });
  await reaches(id, state);
  return id;
}

const stuckIn = (id: string, many = 1) =>
  eventually(
    async () => {
      const all: { id: string }[] = await desk.get(`/ops/v1/fallout?serviceOrder=${id}`);
      expect(all).toHaveLength(many);
      return all[0]?.id ?? '';
    },
    { withinMs: 40_000 },
  );

const inTrouble = () => posted(accessItem('line'), 'held');
const porting = () => posted(voiceItem, 'pendingExternal');

async function retrying(): Promise<string> {
  const id = await posted(accessItem('line'), 'inProgress');
  await waitsForItsRetry(client, id, 'speed');
  return id;
}

async function commanded(id: string, command: 'hold' | 'abort'): Promise<string> {
  await desk.commanded(`/serviceOrders/${id}/${command}`, withReason);
  return id;
}

async function cancelling(state: string): Promise<string> {
  const id = await retrying();
  await desk.cancel('serviceOrder', id);
  await reaches(id, state);
  return id;
}

/** Whose line is on its way back, and tried again. */
async function undone(going: Promise<string>): Promise<string> {
  const id = await going;
  await waitsForItsRetry(client, id, 'line');
  return id;
}

const undoWaits = [onSpeed(waits), onUndo(waits)];

const arrangements: Readonly<Record<ServiceOrderSituation, Arranged>> = {
  startDate: {
    faults: [],
    order: async () => {
      const id = await posted(accessItem('line'), 'acknowledged', 3_600_000);
      await eventually(() => runOf(id).describe(), { withinMs: 30_000 });
      return id;
    },
  },
  retrying: { faults: [onSpeed(waits)], order: retrying },
  reporting: { faults: [portWaits], order: porting },
  pastReturn: { faults: [portWaits], order: porting },
  trouble: { faults: [onSpeed(throttles)], order: inTrouble },
  onHold: { faults: [onSpeed(throttles)], order: async () => commanded(await inTrouble(), 'hold') },
  orphaned: {
    faults: [onSpeed(throttles)],
    order: async () => {
      const id = await inTrouble();
      await runOf(id).terminate('a test');
      await stuckIn(id, 2);
      return id;
    },
  },
  aborting: { faults: undoWaits, order: () => undone(retrying().then((id) => commanded(id, 'abort'))) },
  cancelling: { faults: undoWaits, order: () => undone(cancelling('pendingCancellation')) },
  undoHeld: { faults: [onSpeed(waits), onUndo(refuses)], order: () => cancelling('held') },
  completed: {
    faults: [{ ...onSpeed(throttles), times: 2 }],
    order: async () => {
      const id = await inTrouble();
      await desk.commanded(`/fallout/${await stuckIn(id)}/retryNow`);
      await reaches(id, 'completed');
      return id;
    },
  },
  cancelled: {
    faults: [onSpeed(throttles)],
    order: async () => {
      const id = await commanded(await inTrouble(), 'abort');
      await reaches(id, 'cancelled');
      return id;
    },
  },
  failed: {
    faults: [onSpeed(refuses), onUndo(refuses)],
    order: async () => {
      const id = await inTrouble();
      await desk.commanded(`/fallout/${await stuckIn(id)}/leaveBehind`, withReason);
      await reaches(id, 'failed');
      return id;
    },
  },
  rejected: {
    faults: [],
    order: async () => {
      const made = await posted(accessItem('line'), 'completed');
      const [service] = await client.rows(`select id from service where id like '${made}-%'`);
      const faster = modifyItem('1', service.id, { downstreamMbps: 2_000 });
      const id = await posted(faster, 'acknowledged', 3_000);
      await client.rows(`update service set state = 'terminated' where id = '${service.id}'`);
      await reaches(id, 'rejected');
      return id;
    },
  },
};

describe('every command does what the table says', () => {
  test.each(Object.keys(arrangements) as ServiceOrderSituation[])(
    'to a service order of its own in the situation %s',
    async (situation) => {
      const isFinal = situation === 'pastReturn';
      if (isFinal || situation === 'reporting') await saveVoice(stack.apiUrl, isFinal);
      await rows().expectRow(serviceOrderTable[situation], arrangements[situation]);
    },
    120_000,
  );
});

test('a service order of a product order refuses every command about it as a whole, naming that', async () => {
  await client.faults([onSpeed(throttles)]);
  const order = await client.order([{ id: '1', action: 'add', productOffering: { id: 'OFF-FIBRE-1G' } }]);
  await client.reaches(order, 'held');
  const [{ id }] = (await client.ops(order)).serviceOrders;
  const answers = [
    ...(await Promise.all(
      ['hold', 'resume', 'abort', 'restart'].map((one) =>
        desk.command(`/serviceOrders/${id}/${one}`, withReason),
      ),
    )),
    await desk.askCancel('serviceOrder', id),
  ];
  for (const { status, body } of answers) {
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'ServiceOrderOfProductOrder' });
    expect(body.message).toContain(order);
  }
});
