import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, clientOf } from '../support/clientOf.ts';
import { type Desk, deskOf } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { fibre } from '../support/orders.ts';
import { quick } from '../support/quick.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type TemporalEyes, temporalOf } from '../support/temporalOf.ts';
import { saveEdited } from '../support/voice.ts';

/** The story of `docs/operations.md`: a system breaks under fifty orders, and a person brings each to its end. */

const count = 50;
const patience = { withinMs: 200_000 };
let stack: Stack;
let client: Client;
let desk: Desk;
let temporal: TemporalEyes;
beforeAll(async () => {
  stack = await startStack({ env: { ...quick, RETRY_ATTEMPTS: '2', BREAKER_FAILURES: '1000' } });
  client = clientOf(stack);
  desk = deskOf(stack);
  temporal = await temporalOf(stack);
  await saveEdited(stack.apiUrl, 'fibre.yaml', (written) =>
    written
      .replace('system: bng\n', 'system: bng\n    optional: true\n')
      .replace('steps:\n', 'recovery:\n  - { system: bng, code: tooFast, then: hold }\nsteps:\n'),
  );
});
afterAll(async () => {
  await temporal?.close();
  await stack?.stop();
});

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by assertions, not by types
type Fallout = any;

const broken = { type: 'throttle', retryAfter: 0 };
const brokenSystem = { system: 'bng', verb: 'apply', behaviour: broken };
const openFallout = (query: string): Promise<Fallout[]> => desk.get(`/ops/v1/fallout?limit=1000&${query}`);

const fallsOut = (many: number, filter = 'class=throttled'): Promise<Fallout[]> =>
  eventually(async () => {
    const found = await openFallout(`system=bng&${filter}`);
    expect(found).toHaveLength(many);
    return found;
  }, patience);

const systemCommand = async (command: 'pause' | 'resume', body: object = {}) =>
  expect((await desk.command(`/systems/bng/${command}`, body)).status).toBeLessThan(300);

async function retriedInBulk(): Promise<void> {
  const body = { command: 'retryNow', class: 'throttled', system: 'bng', reason: 'the card was changed' };
  const task = await desk.command('/fallout/bulk', body);
  expect(task).toMatchObject({ status: 201 });
  await eventually(async () => {
    expect(await desk.get(`/ops/v1/bulkTasks/${task.body.id}`)).toMatchObject({
      state: 'done',
      entries: { waiting: 0, done: count, refused: 0 },
    });
  }, patience);
}

/** What the network holds now, with its values. */
async function inNetwork(system: string): Promise<Record<string, object>> {
  const reply = await fetch(`${stack.networkUrl}/systems/${system}/objects?limit=1000`);
  const objects = (await reply.json()) as { object: string; values: object }[];
  return Object.fromEntries(objects.map(({ object, values }) => [object, values]));
}

async function inInventory(system: string): Promise<Record<string, object>> {
  const rows = await client.rows(
    `select object, values from footprint f join service s on s.id = f.service_id
      where f.system = '${system}' and f.presence = 'present' and s.state = 'active'`,
  );
  return Object.fromEntries(rows.map(({ object, values }) => [object, values]));
}

test('fifty orders fall out of one broken system, and each is brought to its end: network, inventory and orders agree', async () => {
  await client.faults([brokenSystem]);
  const orders = await Promise.all(Array.from({ length: count }, () => client.order([fibre()])));

  // Found and grouped: it is one system, and one class.
  const found = await fallsOut(count);
  expect(new Set(found.map(({ order }) => order))).toEqual(new Set(orders));
  expect(await openFallout('')).toHaveLength(count);
  const filter = `WorkflowType = 'productOrder' AND DialtoneFalloutClass = 'throttled' AND ExecutionStatus = 'Running'`;
  await eventually(async () => expect(await temporal.listed(filter)).toHaveLength(count), patience);

  // Paused, repaired but for four places, resumed, retried in bulk. The faults stay until the end.
  await systemCommand('pause', { reason: 'its card is changed' });
  const [tooFast, alsoTooFast, unshaped, gone] = orders as [string, string, string, string];
  const placesOf = (some: readonly string[]) =>
    found.filter(({ order }) => some.includes(order)).map(({ object }) => object);
  const refuses = { type: 'refuse', code: 'tooFast' };
  await client.faults([
    ...placesOf([tooFast, alsoTooFast]).map((object) => {
      const above = { downstreamMbps: 500 };
      return { system: 'bng', verb: 'apply', object, above, behaviour: refuses };
    }),
    ...placesOf([unshaped, gone]).map((object) => ({ ...brokenSystem, object })),
  ]);
  await systemCommand('resume');
  await retriedInBulk();
  const special = [tooFast, alsoTooFast, unshaped, gone];
  const rest = orders.filter((order) => !special.includes(order));
  await Promise.all(rest.map((order) => client.reaches(order, 'completed', patience.withinMs)));
  const stillThrottled = await fallsOut(2);
  const refused = await fallsOut(2, 'class=refused&code=tooFast');

  // Another try of a place that is told too much is refused again: only the edit mends it.
  const idOf = (some: readonly Fallout[], order: string) => some.find((one) => one.order === order)?.id;
  const first = idOf(refused, tooFast);
  await desk.commanded(`/fallout/${first}/retryNow`);
  const again = await eventually(async () => {
    const now = await fallsOut(2, 'class=refused&code=tooFast');
    expect(idOf(now, tooFast)).not.toBe(first);
    return now;
  }, patience);

  // Two are edited, one is skipped, one is aborted.
  const slower = { reason: 'this place takes 500 at most', values: { downstreamMbps: 500 } };
  for (const order of [tooFast, alsoTooFast]) {
    await desk.commanded(`/fallout/${idOf(again, order)}/editAndRetry`, slower);
  }
  const without = { reason: 'this place does without shaping' };
  await desk.commanded(`/fallout/${idOf(stillThrottled, unshaped)}/skip`, without);
  await desk.commanded(`/productOrders/${gone}/abort`, { reason: 'the customer moved away' });
  await client.reaches(gone, 'cancelled');
  for (const order of [tooFast, alsoTooFast, unshaped]) await client.reaches(order, 'completed');

  // Network = inventory = orders.
  const [lines, speeds] = [await inNetwork('olt'), await inNetwork('bng')];
  expect(await inInventory('olt')).toEqual(lines);
  expect(await inInventory('bng')).toEqual(speeds);
  expect([Object.keys(lines).length, Object.keys(speeds).length]).toEqual([count - 1, count - 2]);
  const slow = Object.entries(speeds).filter(
    ([, values]) => 'downstreamMbps' in values && values.downstreamMbps === 500,
  );
  expect(slow.map(([object]) => object.includes(tooFast) || object.includes(alsoTooFast))).toEqual([
    true,
    true,
  ]);
  const states = await client.rows(
    `select o.state, p.status, count(*)::int as count from product_order o join product p on p.id like o.id || '-%' group by 1, 2 order by 1`,
  );
  expect(states).toEqual([
    { state: 'cancelled', status: 'cancelled', count: 1 },
    { state: 'completed', status: 'active', count: count - 1 },
  ]);
  expect(await client.rows('select 1 from claim')).toEqual([]);
  expect(await openFallout('')).toEqual([]);
  const keys = (await client.ledger()).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  const audited = await client.rows(
    `select command, outcome, count(*)::int as count from audit where command <> 'saveCatalogue' group by 1, 2 order by 1`,
  );
  expect(audited).toEqual([
    { command: 'abort', outcome: 'done', count: 1 },
    { command: 'bulk', outcome: 'done', count: 1 },
    { command: 'editAndRetry', outcome: 'done', count: 2 },
    { command: 'pause', outcome: 'done', count: 1 },
    { command: 'retryNow', outcome: 'done', count: count + 1 },
    { command: 'skip', outcome: 'done', count: 1 },
    { command: 'unpause', outcome: 'done', count: 1 },
  ]);

  // What a row refers to can be read.
  const rows = await desk.get('/ops/v1/audit?limit=1000&command=retryNow,editAndRetry,skip,abort');
  expect(rows).toHaveLength(count + 1 + 2 + 1 + 1);
  for (const { before, after, beforeHref, afterHref } of rows) {
    const read = async (href: string) => ((await (await fetch(href)).json()) as Fallout).version;
    expect([await read(beforeHref), await read(afterHref)]).toEqual([before, after]);
  }
}, 390_000);
