import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { must } from '../../src/kernel/assert.ts';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { type Desk, deskOf, withReason } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { fibre } from '../support/orders.ts';
import { waitsForItsRetry } from '../support/outcome.ts';
import { quick } from '../support/quick.ts';
import { accessItem } from '../support/serviceOrders.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type TemporalEyes, temporalOf } from '../support/temporalOf.ts';
import { saveEdited, saveVoice, voiceItem } from '../support/voice.ts';

/** The page about finding what is stuck, held against a system in which one order is in each situation. */

const page = readFileSync('docs/finding.md', 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\n\`\`\``, 'gs'))].map(([, text = '']) => text);

let stack: Stack;
let client: Client;
let desk: Desk;
let temporal: TemporalEyes;
let place: Situations;
beforeAll(async () => {
  stack = await startStack({
    env: { ...quick, BREAKER_FAILURES: '1000', SWEEP_INTERVAL_MS: '500', SWEEP_AFTER_MS: '1000' },
  });
  client = clientOf(stack);
  desk = deskOf(stack);
  temporal = await temporalOf(stack);
  place = await arrange();
}, 400_000);
afterAll(async () => {
  await temporal?.close();
  await stack?.stop();
});

const onApply = (system: string, behaviour: object) => ({ system, verb: 'apply', behaviour });
const later = { type: 'throttle', retryAfter: 3_600 };

async function posted(items: readonly object[], rest: object): Promise<string> {
  const reply = await client.post(items, {}, rest);
  expect(reply.status).toBe(201);
  return ((await reply.json()) as { id: string }).id;
}

const waitsForItsDate = (order: string) =>
  eventually(
    async () => {
      const details = await temporal.detailsOf(`productOrder:default:${order}`);
      expect(details).toContain('Waits for its start date');
      expect(await client.rows(`select 1 from dispatch where order_id = '${order}'`)).toEqual([]);
    },
    { withinMs: 30_000 },
  );

/** The speed no longer waits for the line: one of them may be held while the other is tried again. */
const sideBySide = (written: string) =>
  written.replace('    after: [line]\n', '').replace('\n      vlan: steps.line.vlan', '');

type Situations = Awaited<ReturnType<typeof arrange>>;

/** One order after the other comes into its situation, and stays there. */
async function arrange() {
  await saveVoice(stack.apiUrl, true);
  const [gone, done] = [await client.order([fibre()]), await client.order([fibre()])];
  await Promise.all([client.reaches(gone, 'completed'), client.reaches(done, 'completed')]);
  const [product] = await client.rows(`select id from product where id like '${gone}-%'`);
  const deleting = await client.order([{ id: '1', action: 'delete', product: { id: product.id } }]);
  await client.reaches(deleting, 'completed');

  await client.faults([onApply('ipam', { type: 'lie' })]);
  const lied = await client.order([bundle]);
  await client.reaches(lied, 'held');

  const both = await client.order([bundle]);
  await client.reaches(both, 'held');
  await desk.stuckIn(both);
  await desk.commanded(`/productOrders/${both}/hold`, withReason);

  await client.faults([onApply('olt', { type: 'lie' })]);
  const alone = await client.serviceOrder([accessItem('line')]);
  await client.serviceOrderReaches(alone, 'held');

  await client.faults([onApply('bng', later)]);
  const onHold = await client.order([fibre()]);
  await waitsForItsRetry(client, `${onHold}-`, 'speed');
  await desk.commanded(`/productOrders/${onHold}/hold`, withReason);
  await client.reaches(onHold, 'held');
  const aloneOnHold = await client.serviceOrder([accessItem('line')]);
  await waitsForItsRetry(client, aloneOnHold, 'speed');
  await desk.commanded(`/serviceOrders/${aloneOnHold}/hold`, withReason);
  const runLost = await client.order([fibre()]);
  await waitsForItsRetry(client, `${runLost}-`, 'speed');
  await temporal.runOf(await runWith(runLost, 'speed')).terminate('a test');
  await desk.stuckIn(runLost);

  await client.faults([onApply('bng', later), { system: 'olt', verb: 'revoke', behaviour: later }]);
  const cancelled = await client.order([fibre()]);
  await waitsForItsRetry(client, `${cancelled}-`, 'speed');
  await desk.cancel('productOrder', cancelled);
  await client.reaches(cancelled, 'pendingCancellation');
  await waitsForItsRetry(client, `${cancelled}-`, 'line');

  await client.faults([
    onApply('ipam', later),
    onApply('porting', { type: 'accept', afterMs: 3_600_000, callback: 'drop' }),
  ]);
  const retrying = await posted([bundle], { externalId: 'CRM-2026-000417' });
  await waitsForItsRetry(client, `${retrying}-`, 'prefix');
  const porting = await client.order([voiceItem()]);

  const requestedStartDate = new Date(Date.now() + 3_600_000).toISOString();
  const notYet = await posted([fibre()], { requestedStartDate });
  const notYetOnHold = await posted([fibre()], { requestedStartDate });
  const terminated = await posted([fibre()], { requestedStartDate });
  const aborted = await posted([fibre()], { requestedStartDate });
  for (const order of [notYetOnHold, terminated, aborted]) await waitsForItsDate(order);
  for (const order of [terminated, aborted]) {
    await temporal.runOf(`productOrder:default:${order}`).terminate('a test');
    await desk.stuckIn(order);
  }
  await desk.commanded(`/productOrders/${aborted}/abort`, withReason);
  await client.reaches(aborted, 'cancelled');
  await desk.commanded(`/productOrders/${notYetOnHold}/hold`, withReason);

  await saveEdited(stack.apiUrl, 'fibre.yaml', sideBySide);
  await client.faults([onApply('olt', { type: 'lie' }), onApply('bng', later)]);
  const halfLied = await client.order([fibre()]);
  await waitsForItsRetry(client, `${halfLied}-`, 'speed');
  await desk.stuckIn(halfLied);
  const still = { both, onHold, aloneOnHold, notYetOnHold };
  const moving = { cancelled, retrying, porting, notYet, halfLied };
  return { gone, done, deleting, lied, alone, ...still, ...moving, terminated, aborted, runLost };
}

type Situation = keyof Situations;

/** In the order of the page: which orders each of its filters finds. */
const expected: readonly (readonly Situation[])[] = [
  ['lied', 'both', 'runLost', 'halfLied'],
  ['lied', 'both', 'halfLied'],
  ['runLost'],
  ['alone'],
  ['lied', 'both', 'onHold', 'runLost'],
  ['onHold'],
  ['both', 'onHold', 'aloneOnHold', 'notYetOnHold'],
  ['both'],
  ['terminated', 'aborted'],
  ['retrying'],
  ['cancelled', 'retrying', 'halfLied'],
  ['porting'],
  ['notYet', 'notYetOnHold'],
  ['cancelled'],
  ['deleting'],
  ['retrying'],
  ['retrying'],
  [
    ...([
      'gone',
      'done',
      'deleting',
      'lied',
      'both',
      'onHold',
      'cancelled',
      'retrying',
      'porting',
      'notYet',
      'notYetOnHold',
    ] as const),
    ...(['terminated', 'aborted', 'runLost', 'halfLied'] as const),
  ],
];

const filters = blocks('filter').map((filter, index) => ({ filter, finds: expected[index] ?? [] }));

/** Whose workflows these are. */
const ownersOf = (workflows: readonly string[]): string[] =>
  [
    ...new Set(
      workflows.map((workflow) => {
        const [, , id = ''] = workflow.split(':');
        const owner = Object.values(place).find((order) => id === order || id.startsWith(`${order}-`));
        return owner ?? workflow;
      }),
    ),
  ].sort();

test('every filter of the page has a situation, and every situation a filter', () => {
  expect(filters).toHaveLength(expected.length);
});

test.each(filters)('$filter finds exactly: $finds', async ({ filter, finds }) => {
  const query = filter.replace('ORDER-ID', place.retrying);
  const wanted = finds.map((situation) => place[situation]).sort();
  await eventually(async () => expect(ownersOf(await temporal.listed(query))).toEqual(wanted), {
    withinMs: 30_000,
  });
});

test('the request finds every order that has lost a run, and none that was given another', async () => {
  const [request = ''] = blocks('request');
  const lost: { order: string; code: string }[] = await desk.get(request.replace('GET ', ''));
  expect(lost.map(({ order, code }) => `${order} ${code}`).sort()).toEqual(
    [`${place.terminated} runClosed`, `${place.runLost} runLost`].sort(),
  );
});

/** The same text with any time of day, and any time that is left. */
const pattern = (text: string) =>
  new RegExp(
    text
      .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
      .replace(/\d\d:\d\d:\d\d/g, '\\d\\d:\\d\\d:\\d\\d')
      .replace(/(?<=gives up in )\d+ \w+/g, '[\\d.]+ \\w+'),
  );

/** The service order of that step, by its workflow. */
async function runWith(order: string, step: string): Promise<string> {
  const [row] = await client.rows(
    `select service_order_id as id from step where name = '${step}' and service_order_id like '${order}-%'`,
  );
  return `serviceOrder:default:${row.id}`;
}

describe('what is read there', () => {
  const [orderDetails, serviceOrderDetails] = blocks('details');
  const [retryTimer, reportTimer] = blocks('timer');

  test('the details of a product order say which person it waits for', async () => {
    const details = await temporal.detailsOf(`productOrder:default:${place.lied}`);
    expect(details).toMatch(pattern(must(orderDetails, 'the details of an order')));
  });

  test('they say so while the order still moves, too', async () => {
    const workflow = `productOrder:default:${place.halfLied}`;
    const line = '| add fibre-access | 1 | access | running | a person: line on olt, lied (notThere) |';
    await eventually(async () => expect(await temporal.detailsOf(workflow)).toContain(line), {
      withinMs: 30_000,
    });
    expect(await temporal.listed(`WorkflowId = '${workflow}' AND DialtoneState = 'inProgress'`)).toEqual([
      workflow,
    ]);
  });

  test('the details of a service order say when it is tried again, its timer does, too', async () => {
    const run = await runWith(place.retrying, 'prefix');
    expect(await temporal.detailsOf(run)).toMatch(
      pattern(must(serviceOrderDetails, 'the details of a step')),
    );
    expect(await temporal.timersOf(run)).toEqual([
      expect.stringMatching(pattern(must(retryTimer, 'a retry'))),
    ]);
  });

  test('a timer says when a system is asked for its report, and when that is given up', async () => {
    const run = await runWith(place.porting, 'port');
    await eventually(
      async () =>
        expect(await temporal.timersOf(run)).toEqual([
          expect.stringMatching(pattern(must(reportTimer, 'a report'))),
        ]),
      { withinMs: 30_000 },
    );
  });
});

test('an order with two steps that need a person is found by the class of either, until that one needs none', async () => {
  await client.faults([onApply('olt', { type: 'lie' }), onApply('bng', { type: 'throttle', retryAfter: 0 })]);
  const order = await client.order([fibre()]);
  const workflow = `productOrder:default:${order}`;
  const isFound = (falloutClass: string, found: readonly string[]) =>
    eventually(
      async () => {
        const filter = `WorkflowId = '${workflow}' AND DialtoneFalloutClass = '${falloutClass}'`;
        expect(await temporal.listed(filter)).toEqual(found);
      },
      { withinMs: 30_000 },
    );
  await client.reaches(order, 'held');
  await isFound('lied', [workflow]);
  await isFound('throttled', [workflow]);
  await client.faults([]);
  const lied = must(
    (await desk.falloutOf(order)).find((one) => one.class === 'lied'),
    'the step that the system lied about',
  );
  await desk.commanded(`/fallout/${lied.id}/retryNow`);
  await isFound('lied', []);
  await isFound('throttled', [workflow]);
  const row = '| held | a person: speed on bng, throttled (throttled) |';
  await eventually(async () => expect(await temporal.detailsOf(workflow)).toContain(row), {
    withinMs: 30_000,
  });
});
