import { describe, expect, test } from 'vitest';
import { planServices, type ServicePlan } from '../../src/decomposition/servicePlan.ts';
import { emptyInventory, type Inventory, type Service } from '../../src/inventory/inventory.ts';
import type { ProductStatus } from '../../src/inventory/product.ts';
import { must } from '../../src/kernel/assert.ts';
import type { RequestedServiceItem } from '../../src/serviceOrder/request.ts';
import { bundleOffering, demo, item, planned } from './demo.ts';
import { installed, serviceFor } from './install.ts';

const speeds = { downstreamMbps: 1_000, upstreamMbps: 1_000 };
const wanted = (id: string, more: Partial<RequestedServiceItem>): RequestedServiceItem => ({
  id,
  action: 'add',
  quantity: 1,
  characteristics: {},
  relationships: [],
  serviceRelationships: [],
  carried: {},
  ...more,
});
const line = (id: string) => wanted(id, { specification: 'fibre-access', characteristics: speeds });
const prefix = (id: string, more: Partial<RequestedServiceItem> = {}) =>
  wanted(id, { specification: 'ip-prefix', ...more });
const onItem = (itemId: string) => ({ relationships: [{ type: 'reliesOn', itemId }] });

const decide = (
  items: readonly RequestedServiceItem[],
  inventory: Inventory = emptyInventory,
  taken: Readonly<Record<string, string>> = {},
) => planServices({ orderId: 'O', items, catalog: demo, inventory, taken, serviceItemsMax: 1_000 });
function planOf(...given: Parameters<typeof decide>): ServicePlan {
  const plan = decide(...given);
  if (!plan.ok) throw new Error(plan.refusal.message);
  return plan.value;
}
const edgesOf = (plan: ServicePlan) =>
  Object.fromEntries(
    plan.items.flatMap(({ ordinal, steps }) => steps.map(({ name, after }) => [`${ordinal}/${name}`, after])),
  );

const standing = installed(planned([item('1', { offering: bundleOffering })]));
const fibre = serviceFor(standing, 'fibre-access');
const ip = serviceFor(standing, 'ip-prefix');
const alone = (service: Service): Service => ({ ...service, product: null });
const productless: Inventory = {
  products: {},
  services: { [fibre.id]: alone(fibre), [ip.id]: alone(ip) },
};
/** A line of no product, on which those of products rely. */
const lineAlone: Inventory = { ...standing, services: { ...standing.services, [fibre.id]: alone(fibre) } };

describe('edges', () => {
  test('an item begins when the last steps of what it relies on are done, whatever their order in the request', () => {
    expect(edgesOf(planOf([prefix('ip', onItem('line')), line('line')]))).toEqual({
      '1/prefix': ['2/speed'],
      '1/route': ['prefix'],
      '2/line': [],
      '2/speed': ['line'],
    });
  });

  test('what goes, goes in reverse', () => {
    const items = [
      wanted('1', { action: 'delete', serviceId: fibre.id }),
      wanted('2', { action: 'delete', serviceId: ip.id }),
    ];
    expect(edgesOf(planOf(items, productless))).toMatchObject({
      '1/speed': ['2/prefix'],
      '1/line': ['speed'],
    });
  });

  test('a relationship that says the opposite of what the specification needs is a circle', () => {
    const items = [{ ...line('line'), ...onItem('ip') }, prefix('ip')];
    expect(decide(items)).toMatchObject({ ok: false, refusal: { type: 'RelationshipCyclic' } });
  });
});

describe('reliance', () => {
  test.each([
    ['an item of the order', [line('a'), line('b'), prefix('c', onItem('b'))], 'b'],
    ['the only candidate of the order', [line('a'), prefix('c')], 'a'],
  ])('%s', (_, items, chosen) => {
    const plan = planOf(items);
    const made = plan.items.find(({ id }) => id === chosen);
    expect(plan.items.find(({ id }) => id === 'c')?.bindings).toEqual({ access: made?.service });
  });

  test.each([
    ['the service itself', fibre.id],
    ['one that relies on it', ip.id],
  ])('a standing service is named by %s, and shared', (_, serviceId) => {
    const related = [{ type: 'reliesOn', serviceId }];
    const plan = planOf([prefix('1', { serviceRelationships: related })], productless);
    expect(plan.items[0]?.bindings).toEqual({ access: fibre.id });
    expect(plan.claims).toEqual({ exclusive: [plan.items[0]?.service], shared: [fibre.id] });
  });

  test('what the order takes away binds nothing', () => {
    const related = [{ type: 'reliesOn', serviceId: fibre.id }];
    const items = [
      wanted('1', { action: 'delete', serviceId: fibre.id }),
      wanted('2', { action: 'delete', serviceId: ip.id }),
      prefix('3', { serviceRelationships: related }),
    ];
    expect(decide(items, productless)).toMatchObject({
      ok: false,
      refusal: { type: 'RelianceUnbound', item: '3' },
    });
  });
});

describe('modify', () => {
  const faster = wanted('1', {
    action: 'modify',
    serviceId: fibre.id,
    characteristics: { downstreamMbps: 2_000 },
  });

  test('a service that reads what changes joins as an item of the one that causes it', () => {
    const plan = planOf([faster], lineAlone);
    expect(
      plan.items.map(({ id, specification, steps }) => [id, specification, steps.map(({ name }) => name)]),
    ).toEqual([
      ['1', 'fibre-access', ['speed']],
      ['1.1', 'managed-router', ['config']],
    ]);
    expect(edgesOf(plan)).toMatchObject({ '2/config': ['1/speed'] });
  });

  test('it claims the products that its services belong to, else the services', () => {
    const router = serviceFor(standing, 'managed-router');
    const claimed = planOf([faster], lineAlone).items.map((one) => one.claimed);
    expect(claimed).toEqual([fibre.id, router.product]);
    expect(planOf([faster], productless).claims).toEqual({ exclusive: [fibre.id], shared: [] });
  });

  test('a modify that changes nothing is an item without a step', () => {
    const same = wanted('1', { action: 'modify', serviceId: fibre.id });
    expect(planOf([same], productless).items).toMatchObject([{ id: '1', steps: [] }]);
  });
});

test('a service that another order holds is refused before its state is looked at', () => {
  const busy = { ...productless.services, [fibre.id]: { ...alone(fibre), state: 'designed' as const } };
  const modify = wanted('1', { action: 'modify', serviceId: fibre.id });
  expect(decide([modify], { products: {}, services: busy }, { [fibre.id]: 'OTHER' })).toMatchObject({
    ok: false,
    refusal: { type: 'ServiceInUse', item: '1', field: 'service' },
  });
});

describe('a service of a product', () => {
  const product = must(fibre.product, 'a product');
  const within = (status: ProductStatus): Inventory => ({
    ...standing,
    products: { [product]: { ...must(standing.products[product], product), status } },
  });
  const remove = [fibre, ip, serviceFor(standing, 'managed-router')].map(({ id }) =>
    wanted(id, { action: 'delete', serviceId: id }),
  );

  test.each([
    ['changed', [wanted('1', { action: 'modify', serviceId: fibre.id })]],
    ['taken away', [wanted('1', { action: 'delete', serviceId: fibre.id }), ...remove.slice(1)]],
  ])('is not %s behind the back of its product', (_, items) => {
    const message = `the service ${fibre.id} is part of the product ${product}`;
    expect(decide(items, within('active'))).toEqual({
      ok: false,
      refusal: { type: 'ServiceOfProduct', message, item: '1', field: 'service' },
    });
  });

  test.each(['terminated', 'cancelled', 'aborted'] as const)(
    'that is %s, and left it standing, may be taken away',
    (status) => {
      expect(decide(remove, within(status))).toMatchObject({ ok: true });
    },
  );
});

test('the same order, catalogue and inventory give the same plan', () => {
  const items = [prefix('ip', onItem('line')), line('line')];
  expect(planOf(items)).toEqual(planOf(items));
});
