import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stepCommands } from '../../src/operator/commands.ts';
import {
  type Cell,
  type Command,
  commandTable,
  orderCommands,
  type Situation,
} from '../docs/commandTable.ts';
import { type Client, clientOf } from '../support/clientOf.ts';
import { type Desk, deskOf, withReason } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { fibre } from '../support/orders.ts';
import { waitsForItsRetry } from '../support/outcome.ts';
import { quick } from '../support/quick.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type TemporalEyes, temporalOf } from '../support/temporalOf.ts';
import { saveEdited, saveVoice, voiceItem } from '../support/voice.ts';

/** The table of commands by state, command by command on the running system. */

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
    envOf: { worker: { WORKER_DOMAINS: 'voice' } },
  });
  await stack.startSecond('worker', { WORKER_DOMAINS: 'access' });
  client = clientOf(stack);
  desk = deskOf(stack);
  temporal = await temporalOf(stack);
  await saveVoice(stack.apiUrl, true);
  await saveEdited(stack.apiUrl, 'fibre.yaml', (written) =>
    written.replace('system: bng\n', 'system: bng\n    optional: true\n'),
  );
});
afterAll(async () => {
  await temporal?.close();
  await stack?.stop();
});

const waits = { type: 'throttle', retryAfter: 3_600 };
const throttles = { type: 'throttle', retryAfter: 0 };
const refuses = { type: 'refuse', code: 'notLikeThis' };
const onSpeed = (behaviour: object) => ({ system: 'bng', verb: 'apply', behaviour });
const onUndo = (behaviour: object) => ({ system: 'olt', verb: 'revoke', behaviour });
const portWaits = (ms: number) => ({
  ...{ system: 'porting', verb: 'apply' },
  behaviour: { type: 'accept', afterMs: ms, callback: 'drop' },
});

async function retrying(items: readonly object[] = [fibre()]): Promise<string> {
  const order = await client.order(items);
  await waitsForItsRetry(client, `${order}-`, 'speed');
  return order;
}

async function inTrouble(): Promise<string> {
  const order = await client.order([fibre()]);
  await client.reaches(order, 'held');
  return order;
}

async function ordered(items: readonly object[], afterMs: number): Promise<string> {
  const requestedStartDate = new Date(Date.now() + afterMs).toISOString();
  const reply = await client.post(items, {}, { requestedStartDate });
  return ((await reply.json()) as { id: string }).id;
}

const hasRun = (order: string) =>
  eventually(() => temporal.runOf(`productOrder:default:${order}`).describe(), { withinMs: 30_000 });

const portIsUnderWay = (order: string) =>
  eventually(
    async () => {
      const { serviceOrders } = await client.ops(order);
      expect(serviceOrders.map(({ state }: { state: string }) => state)).toContain('pendingExternal');
    },
    { withinMs: 40_000 },
  );

interface Arranged {
  /** What is broken while the order comes into its situation. */
  readonly faults: readonly object[];
  readonly order: () => Promise<string>;
}

const arrangements: Readonly<Record<Exclude<Situation, 'assessing'>, Arranged>> = {
  startDate: {
    faults: [],
    order: async () => {
      const order = await ordered([fibre()], 3_600_000);
      await hasRun(order);
      return order;
    },
  },
  retrying: { faults: [onSpeed(waits)], order: () => retrying() },
  pastReturn: {
    faults: [portWaits(20_000)],
    order: async () => {
      const order = await client.order([voiceItem()]);
      await portIsUnderWay(order);
      return order;
    },
  },
  trouble: { faults: [onSpeed(throttles)], order: inTrouble },
  onHold: {
    faults: [onSpeed(throttles)],
    order: async () => {
      const order = await inTrouble();
      await desk.commanded(`/productOrders/${order}/hold`, withReason);
      return order;
    },
  },
  orphaned: {
    faults: [onSpeed(throttles)],
    order: async () => {
      const order = await inTrouble();
      await temporal.runOf(`productOrder:default:${order}`).terminate('a test');
      await eventually(async () => expect(await desk.falloutOf(order)).toHaveLength(2), {
        withinMs: 40_000,
      });
      return order;
    },
  },
  cancelling: {
    faults: [onSpeed(waits), onUndo(waits)],
    order: async () => {
      const order = await retrying();
      await desk.cancel('productOrder', order);
      await client.reaches(order, 'pendingCancellation');
      await waitsForItsRetry(client, `${order}-`, 'line');
      return order;
    },
  },
  undoHeld: {
    faults: [onSpeed(waits), onUndo(refuses)],
    order: async () => {
      const order = await retrying();
      await desk.cancel('productOrder', order);
      await client.reaches(order, 'held');
      return order;
    },
  },
  completed: {
    faults: [{ ...onSpeed(throttles), times: 2 }],
    order: async () => {
      const order = await inTrouble();
      await desk.commanded(`/fallout/${(await desk.stuckIn(order)).id}/retryNow`);
      await client.reaches(order, 'completed');
      return order;
    },
  },
  cancelled: {
    faults: [onSpeed(throttles)],
    order: async () => {
      const order = await inTrouble();
      await desk.commanded(`/productOrders/${order}/abort`, withReason);
      await client.reaches(order, 'cancelled');
      return order;
    },
  },
  failed: {
    faults: [{ system: 'olt', verb: 'apply', behaviour: refuses }],
    order: async () => {
      const order = await client.order([fibre()]);
      await client.reaches(order, 'failed');
      return order;
    },
  },
  partial: {
    faults: [onSpeed(waits), portWaits(5_000)],
    order: async () => {
      const order = await retrying([fibre('1'), voiceItem('2')]);
      await portIsUnderWay(order);
      await desk.cancel('productOrder', order);
      await client.reaches(order, 'partial');
      return order;
    },
  },
  rejected: {
    faults: [],
    order: async () => {
      const made = await client.order([fibre()]);
      await client.reaches(made, 'completed');
      const [product] = await client.rows(`select id from product where id like '${made}-%'`);
      const order = await ordered(
        [{ id: '1', action: 'modify', product: { id: product.id }, productOffering: { id: 'OFF-FIBRE-2G' } }],
        3_000,
      );
      await client.rows(`update product set status = 'terminated' where id = '${product.id}'`);
      await client.reaches(order, 'rejected');
      return order;
    },
  },
};

const bodies: Partial<Record<Command, object>> = {
  editAndRetry: { ...withReason, values: { downstreamMbps: 500 } },
  completeWithEvidence: { ...withReason, againstEvidence: true },
};

/** What became of a command: nothing but 202 is taken. */
async function give(order: string, command: Command): Promise<{ status: number; code?: string }> {
  const answer = await (async () => {
    if (command === 'cancel') return desk.askCancel('productOrder', order);
    if ((orderCommands as readonly string[]).includes(command)) {
      return desk.command(`/productOrders/${order}/${command}`, withReason);
    }
    const all = await desk.falloutOf(order, 'open,closed');
    const ofStep = all.find(({ step }) => step !== undefined);
    return desk.command(`/fallout/${ofStep.id}/${command}`, bodies[command] ?? withReason);
  })();
  const { status, body } = answer;
  if (command !== 'cancel' || status !== 201) return { status, ...(body.code && { code: body.code }) };
  return { status: 202 };
}

const versionOf = async (order: string): Promise<number> => (await client.ops(order)).version;

async function expectRefused(order: string, command: Command, code: string): Promise<void> {
  if (command === 'cancel' && code === 'NothingToTakeBack') {
    const task = await desk.taskReaches(await desk.cancel('productOrder', order), 'terminatedWithError');
    expect(task.errorMessage.code).toBe(code);
    return;
  }
  const before = await versionOf(order);
  expect(await give(order, command), command).toEqual({ status: 409, code });
  expect(await versionOf(order)).toBe(before);
}

async function expectCell(order: string, command: Command, cell: Cell): Promise<void> {
  if ('code' in cell) return expectRefused(order, command, cell.code);
  expect(await give(order, command), command).toEqual({ status: 202 });
  await client.reaches(order, cell.to);
}

const cellsOf = (situation: Situation): (readonly [Command, Cell])[] =>
  (Object.entries(commandTable[situation].cells) as [Command, Cell | null][]).flatMap(([command, cell]) =>
    cell === null ? [] : [[command, cell] as const],
  );

/** What the held step lists as allowed is what the table takes. */
async function expectListed(order: string, situation: Situation): Promise<void> {
  const held = (await desk.falloutOf(order)).find(({ step }) => step !== undefined);
  if (held === undefined) return;
  const { cells } = commandTable[situation];
  const taken = [...stepCommands, 'abort' as const].filter((one) => 'to' in (cells[one] ?? {}));
  expect(held.allowedCommands).toEqual(taken);
}

/** What changes nothing is asked of one order; every other command has one of its own. */
async function expectRow(situation: Situation, { faults, order }: Arranged) {
  const { state } = commandTable[situation];
  const cells = cellsOf(situation);
  const refused = cells.filter(([, cell]) => 'code' in cell);
  const taken = cells.filter(([, cell]) => !('code' in cell));
  await client.faults(faults);
  const orders = await Promise.all([...taken, 'refused'].map(() => order()));
  await Promise.all(orders.map((one) => client.reaches(one, state)));
  await client.faults([]);
  const [last = ''] = orders.splice(taken.length);
  const refusals = async () => {
    await expectListed(last, situation);
    for (const [command, cell] of refused) await expectCell(last, command, cell);
    expect((await client.orderOf(last)).state).toBe(state);
  };
  await Promise.all([
    refusals(),
    ...taken.map(([command, cell], index) => expectCell(orders[index] ?? '', command, cell)),
  ]);
}

describe('every command does what the table says', () => {
  test.each(Object.keys(arrangements) as (keyof typeof arrangements)[])(
    'to an order in the situation %s',
    (situation) => expectRow(situation, arrangements[situation]),
    180_000,
  );

  test('to an order whose cancel is being assessed', async () => {
    const faults = [onSpeed(waits)];
    await client.faults(faults);
    const orders = await Promise.all([retrying(), retrying(), retrying()]);
    await stack.halt('worker2');
    for (const one of orders) {
      await desk.cancel('productOrder', one);
      await client.reaches(one, 'assessingCancellation');
    }
    const spare = [...orders];
    await expectRow('assessing', { faults, order: async () => spare.shift() ?? '' });
    await stack.restart('worker2');
    await Promise.all(orders.slice(1).map((one) => client.reaches(one, 'cancelled')));
  }, 180_000);
});
