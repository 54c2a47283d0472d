import { call, dialtoneUrl, networkUrl } from './http.ts';
import { type OrderView, render } from './orderView.ts';
import { createScreen } from './screen.ts';

const productOrderPath = '/tmf-api/productOrderingManagement/v4/productOrder';
const finalStates = ['completed', 'failed', 'partial', 'cancelled', 'rejected'];
const pollMs = 200;
const patienceMs = 120_000;

/** Orders the Business Fibre bundle and follows it to its end; 0 only if it is completed. */
export async function demo(): Promise<number> {
  const api = dialtoneUrl();
  const wanted = {
    productOrderItem: [{ id: '1', action: 'add', productOffering: { id: 'OFF-BIZ-FIBRE-BUNDLE' } }],
  };
  const posted = await call(`${api}${productOrderPath}`, wanted);
  if (posted.status !== 201) {
    console.error(`the order was refused (${posted.status}): ${posted.body?.message ?? posted.body?.reason}`);
    return 1;
  }
  const id: string = posted.body.id;
  console.log(`POST ${productOrderPath}  →  201, order ${id}\n`);
  const order = await follow(api, id);
  if (order.state !== 'completed') {
    console.error(`\nThe order is ${order.state}. Why: ${api}/ops/v1/productOrders/${id}`);
    return 1;
  }
  await showWhatStands(api, order);
  return 0;
}

/** Until the order is final, held, or has taken longer than anybody watches. */
async function follow(api: string, id: string): Promise<OrderView> {
  const screen = createScreen(process.stdout);
  const began = Date.now();
  for (;;) {
    const { body } = await call(`${api}/ops/v1/productOrders/${id}`);
    const view = body as OrderView;
    screen.show(render(view, Date.now()));
    const over = view.state === 'held' || finalStates.includes(view.state);
    if (over || Date.now() - began > patienceMs) {
      screen.end();
      return view;
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Inventory and network of this order alone. */
async function showWhatStands(api: string, order: OrderView): Promise<void> {
  console.log('\nProduct inventory (TMF637)');
  for (const id of order.items.flatMap(({ products = [] }) => products)) {
    const { body } = await call(`${api}/tmf-api/productInventory/v4/product/${id}`);
    print(body.name, body.status, id);
  }
  console.log('\nService inventory (TMF638)');
  for (const { service } of order.serviceOrders ?? []) {
    const { body } = await call(`${api}/tmf-api/serviceInventory/v4/service/${service}`);
    print(body.serviceSpecification.id, body.state, body.id);
  }
  console.log('\nNetwork');
  for (const { footprints = [] } of order.serviceOrders ?? []) {
    for (const { system, object } of footprints) {
      const { body } = await call(`${networkUrl()}/systems/${system}/objects/${encodeURIComponent(object)}`);
      print(system, object.split('/')[0] ?? '', JSON.stringify({ ...body.values, ...body.results }));
    }
  }
}

const print = (left: string, middle: string, right: string) =>
  console.log(`  ${left.padEnd(28)} ${middle.padEnd(12)} ${right}`.trimEnd());
