import type { OrderCommandName } from '../../src/operator/commands.ts';
import { type Deed, type Office, reason } from './office.ts';
import { refusalsOf, refusalsOfWaiting } from './proper.ts';
import type { Acknowledged } from './traffic.ts';
import { drawOne, drawWeighted } from './weighted.ts';

/** What is done to orders as a whole, and behind their backs. */

/** Only the newest may still be in flight. */
const ordersInFlight = 12;
const ownInFlight = 2;

const newest = ({ draw }: Office, known: readonly Acknowledged[], howMany: number): string | undefined =>
  drawOne(draw, known.slice(-howMany))?.order;

const places = {
  productOrder: '/ops/v1/productOrders',
  serviceOrder: '/ops/v1/serviceOrders',
} as const;
const cancels = {
  productOrder: '/tmf-api/productOrderingManagement/v4/cancelProductOrder',
  serviceOrder: '/tmf-api/serviceOrdering/v4/cancelServiceOrder',
} as const;
export type OrderKind = keyof typeof places;

export const commandOrder = (
  { ask }: Pick<Office, 'ask'>,
  kind: OrderKind,
  command: OrderCommandName,
  id: string,
  refused: readonly string[] = refusalsOf[command],
): Promise<void> => {
  const what = kind === 'productOrder' ? command : `${command} of a service order`;
  return ask({ what, path: `${places[kind]}/${id}/${command}`, body: { reason }, done: 202, refused });
};

const cancel = (
  { ask }: Office,
  kind: OrderKind,
  id: string,
  refused: readonly string[] = refusalsOf.cancel,
): Promise<void> => {
  const what = kind === 'productOrder' ? 'cancel' : 'cancel of a service order';
  const body = { [kind]: { id }, cancellationReason: reason };
  return ask({ what, path: cancels[kind], body, done: 201, refused });
};

export const onOrder =
  (command: OrderCommandName): Deed =>
  async (office) => {
    const order = newest(office, office.acknowledged, ordersInFlight);
    if (order !== undefined) await commandOrder(office, 'productOrder', command, order);
  };

export const cancelOrder: Deed = async (office) => {
  const order = newest(office, office.acknowledged, ordersInFlight);
  if (order !== undefined) await cancel(office, 'productOrder', order);
};

export const onOwn =
  (command: OrderCommandName): Deed =>
  async (office) => {
    const order = newest(office, office.acknowledgedServiceOrders, ownInFlight);
    if (order !== undefined) await commandOrder(office, 'serviceOrder', command, order);
  };

export const cancelOwn: Deed = async (office) => {
  const order = newest(office, office.acknowledgedServiceOrders, ownInFlight);
  if (order !== undefined) await cancel(office, 'serviceOrder', order);
};

/** Nothing while Postgres is away. */
const rowsNow = ({ client }: Office, statement: string) => client.rows(statement).catch(() => []);

/** Whoever takes a service order of a product order for one of its own is told so. */
export const commandForeign: Deed = async (office) => {
  const { draw } = office;
  const rows = await rowsNow(
    office,
    `select id from service_order where order_id is not null order by id desc limit 20`,
  );
  const id = drawOne(draw, rows)?.id;
  if (id === undefined) return;
  const command = drawOne(draw, ['cancel', 'hold', 'resume', 'abort'] as const) ?? 'hold';
  if (command === 'cancel') await cancel(office, 'serviceOrder', id, refusalsOf.ofProductOrder);
  else await commandOrder(office, 'serviceOrder', command, id, refusalsOf.ofProductOrder);
};

/** A step that waits for its retry shall not wait any longer; by the time this is said it may have moved on. */
export const retryWaiting: Deed = async (office) => {
  const rows = await rowsNow(
    office,
    `select st.service_order_id as id, st.item, st.name from step st
     join service_order so on so.tenant_id = st.tenant_id and so.id = st.service_order_id
     where so.completed_at is null and st.attempt > 0 and st.state in ('waiting', 'inDoubt', 'held', 'undoing')
     order by st.started_at desc limit 20`,
  );
  const step = drawOne(office.draw, rows);
  if (step === undefined) return;
  await office.ask({
    what: 'retry of what waits',
    path: `${places.serviceOrder}/${step.id}/retryNow`,
    body: { step: `${step.item}/${step.name}`, reason },
    ...{ done: 202, refused: refusalsOfWaiting },
  });
};

const openOrders = `select 'productOrder:default:' || id as run from product_order
  where completed_at is null order by id desc limit 20`;
const openServiceOrders = `select 'serviceOrder:default:' || id as run from service_order
  where completed_at is null and order_id is null order by id desc limit 20`;
const openChildren = `select 'serviceOrder:default:' || id as run from service_order
  where completed_at is null and order_id is not null and state <> 'acknowledged' order by id desc limit 20`;

/** In the Temporal Web UI, of all places: a run that is terminated takes nothing back. */
export const terminateRun: Deed = async (office) => {
  const { draw, terminator, count } = office;
  const among = drawWeighted(draw, [
    [openOrders, 5],
    [openServiceOrders, 2],
    [openChildren, 3],
  ]);
  const run = drawOne(draw, await rowsNow(office, among))?.run;
  if (run === undefined) return;
  const isDone = await terminator.terminate(run);
  count(`terminate ${String(run).split(':')[0]} ${isDone ? 'done' : 'not there'}`);
};
