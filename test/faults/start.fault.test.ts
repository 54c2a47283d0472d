import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { eventually } from '../support/eventually.ts';
import { expectDoneOnce, expectOneRun } from '../support/outcome.ts';
import { goOn, paused } from '../support/pausing.ts';
import { quick } from '../support/quick.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcpProxy.ts';

/** Between the order's row and its saga: whoever starts it, and however often, it runs once. */

let stack: Stack;
let client: Client;
let wire: TcpProxy;
beforeAll(async () => {
  wire = await startTcpProxy(inject('temporalAddress'));
  const viaWire = { TEMPORAL_ADDRESS: wire.address };
  stack = await startStack({ env: quick, envOf: { api: viaWire, relay: viaWire } });
  client = clientOf(stack);
});
afterAll(async () => {
  await stack?.stop();
  await wire?.close();
});

const newestOrder = async (): Promise<string> => {
  const [row] = await client.rows('select id from product_order order by id desc limit 1');
  return row.id;
};

test('F9: two relays, one frozen between lease and start for longer than the lease: one run, effects once', async () => {
  await stack.arm('api', 'order.accepted:kill');
  // When it goes on, its death tells that it sent the start a second time.
  await stack.arm('relay', 'relay.leased:pause,relay.sent:kill');
  const starts = { api: stack.starts('api'), relay: stack.starts('relay') };
  await client.post([bundle]).catch(() => undefined);
  await paused(stack, 'relay');
  await stack.startSecond('relay');
  await stack.waitReady('api', starts.api + 1);
  const order = await newestOrder();
  await client.reaches(order, 'completed');
  goOn(stack, 'relay');
  await stack.waitReady('relay', starts.relay + 1);
  await expectDoneOnce(client, order);
  await expectOneRun(stack, client, order);
  expect(await client.rows('select 1 from dispatch')).toEqual([]);
  await stack.halt('relay2');
});

test('F23: a start that was carried out, but whose answer was lost, is repeated: one run, effects once', async () => {
  wire.swallowReplies();
  const order = await client.order([bundle]);
  await client.reaches(order, 'completed');
  const { commands } = await eventually(
    async () => {
      const view = await client.ops(order);
      expect(view.commands).toMatchObject([
        { command: 'start', lastError: expect.stringContaining('DEADLINE') },
      ]);
      return view;
    },
    { withinMs: 30_000 },
  );
  expect(commands[0].tries).toBeGreaterThan(0);
  wire.heal();
  await eventually(async () => expect(await client.rows('select 1 from dispatch')).toEqual([]), {
    withinMs: 60_000,
  });
  await expectDoneOnce(client, order);
  await expectOneRun(stack, client, order);
});
