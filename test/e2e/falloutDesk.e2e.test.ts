import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { type Desk, deskOf } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { fibre } from '../support/orders.ts';
import { expectDoneOnce, expectNothingLeft, standingOf, statesTold } from '../support/outcome.ts';
import { quick } from '../support/quick.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type TemporalEyes, temporalOf } from '../support/temporalOf.ts';
import { saveEdited } from '../support/voice.ts';

/** What a person at the fallout desk does about a held step brings the order to an end that is true everywhere. */

let stack: Stack;
let client: Client;
let desk: Desk;
let temporal: TemporalEyes;
beforeAll(async () => {
  stack = await startStack({ env: { ...quick, RETRY_ATTEMPTS: '2', BREAKER_FAILURES: '1000' } });
  client = clientOf(stack);
  desk = deskOf(stack);
  temporal = await temporalOf(stack);
  await saveEdited(
    stack.apiUrl,
    'fibre.yaml',
    (written) => `${written}\nrecovery:\n  - { system: bng, class: refused, then: hold }\n`,
  );
  await saveEdited(stack.apiUrl, 'managed-router.yaml', (written) =>
    written.replace('system: nms\n', 'system: nms\n    optional: true\n'),
  );
});
beforeEach(() => client.faults([]));
afterAll(async () => {
  await temporal?.close();
  await stack?.stop();
});

const refuses = (system: string, verb = 'apply') => ({
  ...{ system, verb, behaviour: { type: 'refuse', code: 'notLikeThis' } },
});
const throttles = (system: string) => ({
  ...{ system, verb: 'apply', behaviour: { type: 'throttle', retryAfter: 0 } },
});

/** The order, once it needs a person, and what it needs one for. */
async function heldOrder(items: readonly object[], faults: readonly object[]) {
  await client.faults(faults);
  const order = await client.order(items);
  await client.reaches(order, 'held');
  const fallout = await desk.stuckIn(order);
  await client.faults([]);
  return { order, fallout };
}

const speedsOf = async (service: string) =>
  (await client.ledger())
    .filter(({ object }) => object === `speed/${service}`)
    .map(({ values }) => [values.downstreamMbps, values.upstreamMbps]);

async function modifiedTo(offering: string, product: string): Promise<void> {
  const order = await client.order([
    { id: '1', action: 'modify', product: { id: product }, productOffering: { id: offering } },
  ]);
  await client.reaches(order, 'completed');
}

test('a wrong value is mended at the desk: it is seen, wins in the next change, and is gone once it is removed', async () => {
  const { order, fallout } = await heldOrder([fibre()], [refuses('bng')]);
  expect(fallout.allowedCommands).toContain('editAndRetry');
  const path = `/fallout/${fallout.id}/editAndRetry`;
  const reason = { reason: 'this gateway takes 500 at most' };
  expect(await desk.command(path, { ...reason, values: { speed: 500 } })).toMatchObject({
    status: 400,
    body: { code: 'EditUnfit', path: 'values.speed' },
  });
  await desk.commanded(path, { ...reason, values: { downstreamMbps: 500 } });
  await client.reaches(order, 'completed');

  const [product] = await client.rows(`select id from product where id like '${order}-%'`);
  const [service] = await client.rows(`select id from service where id like '${order}-%'`);
  expect(await speedsOf(service.id)).toEqual([[500, 1000]]);
  const { serviceOrders } = await client.ops(order);
  const values = { downstreamMbps: 500 };
  expect(serviceOrders[0].steps).toMatchObject([{ name: 'line' }, { name: 'speed', override: { values } }]);
  expect(await desk.get(`/ops/v1/overrides?service=${service.id}`)).toMatchObject([
    { step: 'speed', values, ...reason },
  ]);

  await modifiedTo('OFF-FIBRE-2G', product.id);
  expect(await speedsOf(service.id)).toEqual([
    [500, 1000],
    [500, 2000],
  ]);
  const removed = await fetch(`${stack.apiUrl}/ops/v1/overrides/${service.id}/speed`, { method: 'DELETE' });
  expect(removed.status).toBe(204);
  await modifiedTo('OFF-FIBRE-1G', product.id);
  expect((await speedsOf(service.id)).at(-1)).toEqual([1000, 1000]);
  expect(await desk.auditOf(fallout.id)).toMatchObject([
    { command: 'editAndRetry', outcome: 'done', ...reason, given: { values } },
  ]);
  expect(await desk.auditOf(service.id)).toMatchObject([{ command: 'removeOverride', outcome: 'done' }]);
});

test('what stands though nobody heard of it counts as done by the evidence, and is not sent again', async () => {
  const { order, fallout } = await heldOrder(
    [fibre()],
    [
      { system: 'bng', verb: 'apply', behaviour: { type: 'executeAndTimeout' } },
      { system: 'bng', verb: 'read', behaviour: { type: 'hang' } },
    ],
  );
  expect(fallout).toMatchObject({ class: 'inDoubt', system: 'bng' });
  await desk.commanded(`/fallout/${fallout.id}/completeWithEvidence`);
  await client.reaches(order, 'completed');
  const speeds = (await client.ledger()).filter(({ object }) => object.startsWith(`speed/${order}`));
  expect(speeds).toHaveLength(1);
  expect(await desk.auditOf(fallout.id)).toMatchObject([
    { command: 'completeWithEvidence', outcome: 'done', given: { agrees: true } },
  ]);
});

test('evidence that says otherwise is refused with what it shows, and taken only with a reason', async () => {
  const { order, fallout } = await heldOrder([fibre()], [refuses('bng')]);
  const path = `/fallout/${fallout.id}/completeWithEvidence`;
  const contradicted = await desk.command(path);
  expect(contradicted).toMatchObject({ status: 409, body: { code: 'EvidenceContradicts' } });
  expect(contradicted.body.details).toMatchObject([{ path: 'wanted' }, { path: 'shows', type: 'absent' }]);
  expect((await desk.command(path, { againstEvidence: true })).status).toBe(400);
  expect((await client.orderOf(order)).state).toBe('held');
  const reason = 'set by hand on the gateway, which cannot be read';
  await desk.commanded(path, { againstEvidence: true, reason });
  await client.reaches(order, 'completed');
  expect((await standingOf(client, order)).map((object) => object.split(' ')[0])).toEqual(['olt']);
  expect(await desk.auditOf(fallout.id)).toMatchObject([
    { outcome: 'done', reason, given: { agrees: false, evidence: { type: 'absent' } } },
  ]);
});

test('an optional step is skipped and the order completes without it; any other is not', async () => {
  const { order, fallout } = await heldOrder([bundle], [throttles('nms')]);
  const reason = { reason: 'monitoring is down for the week' };
  expect(fallout.allowedCommands).toContain('skip');
  await desk.commanded(`/fallout/${fallout.id}/skip`, reason);
  await client.reaches(order, 'completed');
  const standing = await standingOf(client, order);
  expect(standing.map((object) => object.split(' ')[0])).toEqual(['acs', 'bng', 'edge', 'ipam', 'olt']);
  const { serviceOrders } = await client.ops(order);
  const steps = serviceOrders.flatMap((one: { steps: { name: string; state: string }[] }) => one.steps);
  expect(steps.find(({ name }: { name: string }) => name === 'monitoring')).toMatchObject({
    state: 'skipped',
  });

  const needed = await heldOrder([bundle], [throttles('acs')]);
  expect(needed.fallout.allowedCommands).not.toContain('skip');
  expect(await desk.command(`/fallout/${needed.fallout.id}/skip`, reason)).toMatchObject({
    status: 409,
    body: { code: 'CommandUnfit' },
  });
  await desk.commanded(`/productOrders/${needed.order}/abort`, reason);
  await client.reaches(needed.order, 'cancelled');
  await expectNothingLeft(client, needed.order);
});

/** What inventory says is still there, as `system object`. */
const leftOf = async (order: string): Promise<string[]> => {
  const { serviceOrders } = await client.ops(order);
  const present = new Set<string>();
  for (const { footprints } of serviceOrders) {
    for (const { presence, system, object } of footprints)
      if (presence === 'present') present.add(`${system} ${object}`);
  }
  return [...present].sort();
};

test('F56: where no undo works the order is held with exactly what is left; left behind piece by piece it ends failed, not cancelled', async () => {
  await client.faults([
    refuses('edge'),
    ...['ipam', 'bng', 'olt'].map((system) => refuses(system, 'revoke')),
  ]);
  const order = await client.order([bundle]);
  const systems = ['ipam', 'bng', 'olt'];
  for (const system of systems) {
    await client.reaches(order, 'held');
    const fallout = await eventually(
      async () => {
        const stuck = await desk.stuckIn(order);
        expect(stuck).toMatchObject({ system, class: 'refused', code: 'notLikeThis' });
        return stuck;
      },
      { withinMs: 40_000 },
    );
    expect(fallout.allowedCommands).toContain('leaveBehind');
    expect(await leftOf(order)).toEqual(await standingOf(client, order));
    await desk.commanded(`/fallout/${fallout.id}/leaveBehind`, { reason: `${system} is scrapped next week` });
  }
  await client.reaches(order, 'failed');
  const { items } = await client.ops(order);
  expect(items.map(({ id, state, code }: Record<string, string>) => `${id} ${state} ${code}`)).toEqual([
    ...['1 failed leftBehind', '1.1 failed leftBehind', '1.2 failed leftBehind', '1.3 failed notStarted'],
  ]);
  const standing = await standingOf(client, order);
  expect(standing.map((object) => object.split(' ')[0])).toEqual(['bng', 'ipam', 'olt']);
  expect(await leftOf(order)).toEqual(standing);
  expect(await client.rows(`select 1 from claim where '${order}' = any(holders)`)).toEqual([]);
  expect(await statesTold(client, order)).not.toContain('cancelled');
});

test('a service order that lost its run holds the order; given another, it goes on, and does nothing twice', async () => {
  await client.faults([throttles('ipam')]);
  const order = await client.order([bundle]);
  await client.reaches(order, 'held');
  const { serviceOrder } = await desk.stuckIn(order);
  await temporal.runOf(`serviceOrder:default:${serviceOrder}`).terminate('a test');
  await eventually(
    async () => {
      const found = await desk.falloutOf(order);
      expect(found.map(({ code }) => code)).toContain('runLost');
    },
    { withinMs: 40_000 },
  );
  await client.faults([]);
  await desk.commanded(`/serviceOrders/${serviceOrder}/restart`);
  await eventually(
    async () => {
      const { id, step } = await desk.stuckIn(order);
      expect(step).toBe('prefix');
      await desk.commanded(`/fallout/${id}/retryNow`);
    },
    { withinMs: 40_000 },
  );
  await client.reaches(order, 'completed');
  await expectDoneOnce(client, order);
  expect(await desk.auditOf(serviceOrder)).toMatchObject([{ command: 'restart', outcome: 'done' }]);
});
