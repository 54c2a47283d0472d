import { describe, expect, test } from 'vitest';
import { hashOf } from '../../src/kernel/json.ts';
import { soundItems } from '../../src/order/items.ts';
import type { RequestedItem } from '../../src/order/order.ts';
import { deciding, type OrderRefusal } from '../../src/order/refusal.ts';
import { emptyInventory } from '../../src/inventory/inventory.ts';
import {
  bundleOffering,
  demo,
  fibreOffering,
  ipOffering,
  item,
  planned,
  reliesOnItem,
  reliesOnProduct,
  routerOffering,
} from '../decomposition/demo.ts';
import { installed, productOf } from '../decomposition/install.ts';

const sound = (items: readonly RequestedItem[], inventory = emptyInventory) =>
  deciding(() => soundItems(items, demo, inventory));
const itemsOf = (items: readonly RequestedItem[], inventory = emptyInventory) => {
  const decided = sound(items, inventory);
  return decided.ok ? decided.value : [];
};
const refusalOf = (items: readonly RequestedItem[]): OrderRefusal | undefined => {
  const decided = sound(items);
  return decided.ok ? undefined : decided.refusal;
};
const fibre = (id: string, given: Partial<RequestedItem> = {}) =>
  item(id, { offering: fibreOffering, ...given });

describe('refused', () => {
  test('an order without items', () => {
    expect(refusalOf([])).toMatchObject({ type: 'OrderEmpty' });
  });

  test('two items with one id', () => {
    expect(refusalOf([fibre('1'), fibre('1')])).toMatchObject({
      type: 'ItemDuplicate',
      item: '1',
      field: 'id',
    });
  });

  test.each(['reliesOn', 'bundles', 'bundledBy', 'anything'])(
    'a %s relationship to an item that is not there',
    (type) => {
      const dangling = fibre('1', { relationships: [{ type, itemId: '9' }] });
      expect(refusalOf([dangling])).toMatchObject({
        type: 'RelationshipDangling',
        item: '1',
        field: 'relationship',
        message: expect.stringContaining('9'),
      });
    },
  );

  test.each([
    { what: 'itself', links: { 1: ['1'] } },
    { what: 'each other', links: { 1: ['2'], 2: ['1'] } },
    { what: 'each other in a circle', links: { 1: ['2'], 2: ['3'], 3: ['1'], 4: ['1'] } },
  ])('items that rely on $what', ({ links }) => {
    const items = Object.entries(links).map(([id, others]) =>
      fibre(id, { relationships: others.map(reliesOnItem) }),
    );
    expect(refusalOf(items)).toMatchObject({ type: 'RelationshipCyclic', field: 'relationship' });
  });

  test('bundles that contain each other', () => {
    const nested = (id: string, parent: string) => item(id, { offering: bundleOffering, parent });
    expect(refusalOf([nested('1', '2'), nested('2', '1')])).toMatchObject({ type: 'RelationshipCyclic' });
  });

  test('a bundle that relies on a part of a bundle that relies on it', () => {
    const items = [
      item('1', { offering: bundleOffering }),
      fibre('2', { parent: '1', relationships: [reliesOnItem('3')] }),
      item('3', { offering: ipOffering, relationships: [reliesOnItem('2')] }),
    ];
    expect(refusalOf(items)).toMatchObject({ type: 'RelationshipCyclic' });
  });

  test('a part that the bundle does not have', () => {
    const items = [
      item('1', { offering: bundleOffering }),
      item('2', { offering: 'OFF-GUEST-WIFI', parent: '1' }),
    ];
    expect(refusalOf(items)).toMatchObject({ type: 'BundlePartUnexpected', item: '2', field: 'offering' });
  });
});

test('a circle of other relationships is none', () => {
  const items = [
    fibre('1', { relationships: [{ type: 'replaces', itemId: '2' }] }),
    fibre('2', { relationships: [{ type: 'replaces', itemId: '1' }] }),
  ];
  expect(itemsOf(items)).toHaveLength(2);
});

test('a chain of ten thousand items is sound', () => {
  const chain = Array.from({ length: 10_000 }, (_, index) =>
    fibre(String(index), index === 0 ? {} : { relationships: [reliesOnItem(String(index - 1))] }),
  );
  expect(itemsOf(chain.reverse())).toHaveLength(10_000);
});

describe('bundles', () => {
  const offerings = { a: fibreOffering, b: ipOffering, c: routerOffering };
  const nested = [
    item('1', { offering: bundleOffering }),
    ...Object.entries(offerings).map(([id, offering]) => item(id, { offering, parent: '1' })),
  ];
  const naming = [
    item('1', {
      offering: bundleOffering,
      relationships: Object.keys(offerings).map((itemId) => ({ type: 'bundles', itemId })),
    }),
    ...Object.entries(offerings).map(([id, offering]) => item(id, { offering })),
  ];
  const namedBy = [
    item('1', { offering: bundleOffering }),
    ...Object.entries(offerings).map(([id, offering]) =>
      item(id, { offering, relationships: [{ type: 'bundledBy', itemId: '1' }] }),
    ),
  ];

  test('mean the same nested, by bundles and by bundledBy', () => {
    const plans = [nested, naming, namedBy].map((items) => hashOf(planned(items)));
    expect(new Set(plans).size).toBe(1);
    expect(itemsOf(naming).map(({ id, parent }) => [id, parent])).toEqual(
      itemsOf(nested).map(({ id, parent }) => [id, parent]),
    );
  });

  test('without parts get those of the offering, with ids of their own', () => {
    const items = itemsOf([item('1', { offering: bundleOffering }), fibre('1.2')]);
    expect(items.map(({ id, parent, offering }) => [id, parent, offering])).toEqual([
      ['1', undefined, bundleOffering],
      ['1.1', '1', fibreOffering],
      ['1.3', '1', ipOffering],
      ['1.4', '1', routerOffering],
      ['1.2', undefined, fibreOffering],
    ]);
  });

  test('hand quantity, place and what they rely on down to the parts they get', () => {
    const carried = { place: [{ id: 'P1' }], note: [{ text: 'once' }] };
    const productRelationships = [reliesOnProduct('p')];
    const [, part] = itemsOf([
      item('1', {
        offering: bundleOffering,
        quantity: 2,
        carried,
        productRelationships,
        characteristics: {},
      }),
    ]);
    expect(part).toMatchObject({ quantity: 2, carried: { place: [{ id: 'P1' }] }, productRelationships });
    expect(part?.carried).not.toHaveProperty('note');
  });

  test('with some parts named are what is named', () => {
    expect(itemsOf(nested.slice(0, 3)).map(({ id }) => id)).toEqual(['1', 'a', 'b']);
  });

  test('that are deleted get those parts of the product that are active and not named', () => {
    const inventory = installed(planned([item('1', { offering: bundleOffering })], { orderId: 'before' }));
    const product = (offering: string) => productOf(inventory, offering);
    const ended = { ...product(ipOffering), status: 'terminated' as const };
    const without = { ...inventory, products: { ...inventory.products, [ended.id]: ended } };
    const items = [
      item('1', { action: 'delete', productId: product(bundleOffering).id }),
      item('2', { action: 'delete', productId: product(routerOffering).id }),
    ];
    expect(itemsOf(items, without).map(({ id, parent, productId }) => [id, parent, productId])).toEqual([
      ['1', undefined, product(bundleOffering).id],
      ['1.1', '1', product(fibreOffering).id],
      ['2', undefined, product(routerOffering).id],
    ]);
  });
});
