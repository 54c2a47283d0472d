import { expect, test } from 'vitest';
import { withEntries } from '../../src/catalog/snapshot.ts';
import { decompose, type DecompositionInput } from '../../src/decomposition/decompose.ts';
import { must } from '../../src/kernel/assert.ts';
import { canonicalJson } from '../../src/kernel/json.ts';
import type { RequestedItem } from '../../src/order/order.ts';
import { type Draw, drawFrom, shuffled } from '../kernel/random.ts';
import {
  actionsOf,
  bundleOffering,
  demo,
  fasterOffering,
  fibreOffering,
  ipOffering,
  item,
  planned,
  routerOffering,
} from './demo.ts';
import { installed, productOf } from './install.ts';
import { mixed } from './mixed.ts';

const { [bundleOffering]: bundle, ...offerings } = demo.productOfferings;
const catalog = withEntries({ ...demo, productOfferings: offerings }, [
  must(bundle, 'the bundle'),
  { ...must(offerings[ipOffering], 'the prefix'), fixes: {} },
  { ...must(bundle, 'the bundle'), id: 'OFF-LINE', bundles: [{ offering: fibreOffering }] },
]);

const line = installed(planned([item('1', { offering: bundleOffering })], { orderId: 'line' }));
const inventory = installed(planned([item('1', { offering: 'OFF-LINE', quantity: 2 })], { catalog }), line);
const lonely = Object.values(inventory.products)
  .filter(({ id, offering }) => offering === fibreOffering && !(id in line.products))
  .map(({ id }) => id);

const modify = (id: string, offering: string, given: Partial<RequestedItem>) =>
  item(id, { action: 'modify', productId: productOf(line, offering).id, ...given });
const remove = (id: string, productId: string) => item(id, { action: 'delete', productId });

/** Adds, two changes that meet in one dependant, and two bundles that lose their last parts. */
const items = [
  item('a', { offering: fibreOffering, characteristics: { accessTechnology: 'XGSPON' } }),
  item('b', { offering: ipOffering, quantity: 2, relationships: [{ type: 'reliesOn', itemId: 'a' }] }),
  modify('c', fibreOffering, { offering: fasterOffering }),
  modify('d', ipOffering, { characteristics: { prefixLength: 30 } }),
  ...lonely.map((id, index) => remove(`e${index}`, id)),
];
const whole = { orderId: 'o1', items, catalog, inventory, serviceItemsMax: 100 };

test('a rich order has a plan that says all it should', () => {
  const plan = decompose(whole);
  expect(plan.ok && actionsOf(plan.value)).toEqual([
    'add fibre-access',
    'add ip-prefix',
    'add ip-prefix',
    'delete fibre-access',
    'delete fibre-access',
    'modify fibre-access',
    'modify ip-prefix',
    'modify managed-router',
  ]);
  expect(plan.ok && plan.value.products.filter(({ action }) => action === 'delete')).toHaveLength(4);
});

/** Every object within the value, itself included. */
function objectsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const within = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? within : [value as Record<string, unknown>, ...within];
}

function mixInPlace(object: Record<string, unknown>, draw: Draw): void {
  for (const name of shuffled(Object.keys(object), draw)) {
    const value = object[name];
    delete object[name];
    object[name] = value;
  }
}

/**
 * The runs whose input, written down otherwise, leads to anything else. Each run differs from the one before it in
 * a tenth of its objects, and so after a few in nearly all: mixing everything anew would take longer than planning.
 */
function differing(input: DecompositionInput, runs: number): number[] {
  const expected = canonicalJson(decompose(input));
  const draw = drawFrom(runs);
  const given = mixed(input, draw);
  const objects = objectsIn(given).filter((object) => Object.keys(object).length > 1);
  return Array.from({ length: runs }, (_, run) => run).filter(() => {
    for (let mix = 0; mix < objects.length / 10; mix++) {
      mixInPlace(must(objects[draw(objects.length)], 'an object'), draw);
    }
    return canonicalJson(decompose(given)) !== expected;
  });
}

test('ten thousand ways to write down the same input lead to the same plan, byte for byte', () => {
  const modest = { ...whole, inventory: line, items: items.filter(({ id }) => ['a', 'c'].includes(id)) };
  expect(differing(modest, 10_000)).toEqual([]);
}, 60_000);

test('so do five hundred ways to write down the rich order', () => {
  expect(differing(whole, 500)).toEqual([]);
}, 30_000);

test('a refusal is the same, too, however the input is written down', () => {
  const refusedOnce = {
    ...whole,
    items: [remove('x', productOf(line, fibreOffering).id), remove('y', productOf(line, ipOffering).id)],
  };
  expect(decompose(refusedOnce)).toMatchObject({ ok: false, refusal: { type: 'ProductReliedOn' } });
  expect(differing(refusedOnce, 200)).toEqual([]);
});

test('of two reliances that cannot be bound the same one is told', () => {
  const ip = (id: string, itemId: string) =>
    item(id, { offering: ipOffering, relationships: [{ type: 'reliesOn', itemId }] });
  const unclear = {
    ...whole,
    items: [
      item('f', { offering: fibreOffering }),
      item('g', { offering: fibreOffering }),
      ip('h', 'f'),
      ip('i', 'g'),
      item('r', { offering: routerOffering }),
    ],
  };
  expect(decompose(unclear)).toMatchObject({ ok: false, refusal: { type: 'RelianceAmbiguous', item: 'r' } });
  expect(differing(unclear, 200)).toEqual([]);
});

test('a plan survives JSON unchanged', () => {
  const plan = decompose(whole);
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
});
