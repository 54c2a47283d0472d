import { describe, expect, test } from 'vitest';
import { emptyInventory } from '../../src/inventory/inventory.ts';
import { accept, type AcceptanceInput } from '../../src/order/accept.ts';
import { productsNamedBy, statesOf } from '../../src/order/order.ts';
import { deciding, refuse } from '../../src/order/refusal.ts';
import {
  bundleOffering,
  demo,
  fasterOffering,
  fibreOffering,
  ipOffering,
  item,
  planned,
  reliesOnProduct,
  routerOffering,
} from '../decomposition/demo.ts';
import { installed, productOf } from '../decomposition/install.ts';

const inventory = installed(planned([item('1', { offering: bundleOffering })], { orderId: 'before' }));
const product = (offering: string) => productOf(inventory, offering).id;

const given = (
  over: Partial<AcceptanceInput> & { items?: AcceptanceInput['request']['items'] } = {},
): AcceptanceInput => {
  const { items = [item('1', { offering: bundleOffering })], ...rest } = over;
  return {
    orderId: 'o1',
    client: 'local',
    now: '2026-01-01T00:00:00.000Z',
    request: { externalId: 'E-1', carried: { note: [{ text: 'hello' }] }, items },
    snapshot: 'hash',
    catalog: demo,
    inventory,
    taken: {},
    serviceItemsMax: 100,
    ...rest,
  };
};

describe('an accepted order', () => {
  const accepted = accept(given());
  const order = accepted.ok ? accepted.value.order : undefined;

  test('is acknowledged with all its items, and keeps what was asked', () => {
    expect(order).toMatchObject({
      id: 'o1',
      client: 'local',
      state: 'acknowledged',
      version: 1,
      snapshot: 'hash',
      orderedAt: '2026-01-01T00:00:00.000Z',
      externalId: 'E-1',
      carried: { note: [{ text: 'hello' }] },
    });
    expect(order && statesOf(order)).toEqual({
      state: 'acknowledged',
      items: { '1': 'acknowledged', '1.1': 'acknowledged', '1.2': 'acknowledged', '1.3': 'acknowledged' },
    });
  });

  test('knows already which products its items will make, and claims them', () => {
    const plan = planned([item('1', { offering: bundleOffering })], { inventory });
    expect(order?.items.map(({ id, products }) => [id, products])).toEqual(
      plan.products.map(({ item: from, id }) => [from, [id]]),
    );
    expect(accepted.ok && accepted.value.claims).toEqual(plan.claims);
  });
});

describe('a product that another order holds', () => {
  const taken = { [product(fibreOffering)]: 'o0' };
  const change = { productId: product(fibreOffering), offering: fasterOffering };

  test.each(['modify', 'delete'] as const)('cannot be the object of a %s', (action) => {
    expect(accept(given({ taken, items: [item('4', { action, ...change })] }))).toEqual({
      ok: false,
      refusal: {
        type: 'ProductInUse',
        message: `the product ${product(fibreOffering)} is in use by order o0`,
        item: '4',
        field: 'product',
      },
    });
  });

  test('can be context', () => {
    const items = [item('4', { action: 'noChange', productId: product(fibreOffering) })];
    expect(accept(given({ taken, items }))).toMatchObject({ ok: true });
  });

  test('is found when a bundle takes it along', () => {
    const items = [item('4', { action: 'delete', productId: product(bundleOffering) })];
    expect(accept(given({ taken, items }))).toMatchObject({ ok: false, refusal: { type: 'ProductInUse' } });
  });

  test('is nothing that every object inherits', () => {
    const items = [item('4', { action: 'delete', productId: 'constructor' })];
    expect(accept(given({ taken, items }))).toMatchObject({ ok: false, refusal: { type: 'ProductUnknown' } });
  });
});

test('unsound items are refused before anything else is looked at', () => {
  const items = [item('1', { offering: 'OFF-X' }), item('1', { offering: 'OFF-X' })];
  expect(accept(given({ items }))).toMatchObject({ ok: false, refusal: { type: 'ItemDuplicate' } });
});

test('what cannot be planned is refused as the plan refuses it', () => {
  expect(accept(given({ serviceItemsMax: 2 }))).toMatchObject({
    ok: false,
    refusal: { type: 'PlanTooLarge' },
  });
  expect(
    accept(given({ inventory: emptyInventory, items: [item('1', { offering: ipOffering })] })),
  ).toMatchObject({
    ok: false,
    refusal: { type: 'RelianceUnbound', item: '1' },
  });
});

test('the products an order names are those of its items and of their relationships, each once', () => {
  const items = [
    item('1', { action: 'modify', productId: 'p1', productRelationships: [reliesOnProduct('p2')] }),
    item('2', {
      offering: routerOffering,
      productRelationships: [reliesOnProduct('p2'), reliesOnProduct('p3')],
    }),
  ];
  expect(productsNamedBy({ items })).toEqual(['p1', 'p2', 'p3']);
});

test('only a refusal becomes a value; a defect stays an exception', () => {
  expect(deciding(() => refuse('OrderEmpty', 'nothing'))).toEqual({
    ok: false,
    refusal: { type: 'OrderEmpty', message: 'nothing' },
  });
  expect(() =>
    deciding(() => {
      throw new TypeError('a defect');
    }),
  ).toThrow(TypeError);
});
