import { describe, expect, test } from 'vitest';
import { stepId, stepIdPattern } from '../../src/decomposition/plan.ts';
import { emptyCatalog } from '../../src/catalog/snapshot.ts';
import { claimedAs, type Inventory, type Presence } from '../../src/inventory/inventory.ts';
import {
  actionsOf,
  bundleOffering,
  fibreOffering,
  ipOffering,
  item,
  orderFor,
  planned,
  predecessorsOf,
  refused,
  reliesOnItem,
  routerOffering,
  stepsOf,
} from './demo.ts';
import { installed, productOf, serviceFor, withService } from './install.ts';

const inventory = installed(planned([item('1', { offering: bundleOffering })], { orderId: 'before' }));
const product = (offering: string, of: Inventory = inventory) => productOf(of, offering).id;
const remove = (id: string, offering: string, given = {}) =>
  item(id, { action: 'delete', productId: product(offering), ...given });

describe('deleting a bundle', () => {
  const items = [remove('1', bundleOffering)];
  const plan = planned(items, { inventory, catalog: emptyCatalog });

  test('deletes its parts, each as an item of its own, even with an empty catalogue', () => {
    expect(plan.products.map(({ item: from, action }) => [from, action])).toEqual([
      ['1', 'delete'],
      ['1.1', 'delete'],
      ['1.2', 'delete'],
      ['1.3', 'delete'],
    ]);
    expect(actionsOf(plan)).toEqual(['delete fibre-access', 'delete ip-prefix', 'delete managed-router']);
  });

  test('takes away dependants before what they rely on', () => {
    expect(predecessorsOf(plan, 'managed-router')).toEqual([]);
    expect(predecessorsOf(plan, 'ip-prefix')).toEqual(['managed-router']);
    expect(predecessorsOf(plan, 'fibre-access')).toEqual(['ip-prefix', 'managed-router']);
  });

  test('revokes the footprint, last built first', () => {
    const { steps, service } = orderFor(plan, 'fibre-access');
    expect(steps).toMatchObject([
      { name: 'speed', verb: 'revoke', system: 'bng', object: `speed/${service}`, after: [], values: {} },
      { name: 'line', verb: 'revoke', system: 'olt', object: `line/${service}`, after: ['speed'] },
    ]);
  });

  test('keeps the domain that built each service', () => {
    expect(orderFor(plan, 'managed-router').domain).toBe('cpe');
  });

  test('claims what goes, and nothing else', () => {
    expect(plan.claims).toEqual({ exclusive: Object.keys(inventory.products).sort(), shared: [] });
  });

  test('is the same whether its parts are named or not', () => {
    const parts = [fibreOffering, ipOffering, routerOffering].map((offering, index) =>
      remove(`p${index}`, offering),
    );
    const named = planned([...items, ...parts], { inventory });
    expect(actionsOf(named)).toEqual(actionsOf(plan));
    expect(predecessorsOf(named, 'fibre-access')).toEqual(['ip-prefix', 'managed-router']);
  });
});

test('relationships between the items that delete do not order the work', () => {
  const items = [
    remove('1', bundleOffering),
    remove('2', routerOffering),
    remove('3', fibreOffering, { relationships: [] }),
    remove('4', ipOffering, { relationships: [reliesOnItem('3'), reliesOnItem('2')] }),
  ];
  const plan = planned(items, { inventory });
  expect(predecessorsOf(plan, 'managed-router')).toEqual([]);
  expect(predecessorsOf(plan, 'ip-prefix')).toEqual(['managed-router']);
  expect(predecessorsOf(plan, 'fibre-access')).toEqual(['ip-prefix', 'managed-router']);
});

test('a part that others rely on cannot go alone', () => {
  const refusal = refused([remove('9', fibreOffering)], { inventory });
  expect(refusal).toMatchObject({ type: 'ProductReliedOn', item: '9', field: 'product' });
  expect(refusal.message).toContain(product(fibreOffering));
});

test('it can go together with all that rely on it', () => {
  const items = [remove('1', fibreOffering), remove('2', ipOffering), remove('3', routerOffering)];
  expect(actionsOf(planned(items, { inventory }))).toHaveLength(3);
});

test('a part that nothing relies on goes alone, and the bundle stays', () => {
  const plan = planned([remove('1', routerOffering)], { inventory });
  expect(plan.products.map(({ id }) => id)).toEqual([product(routerOffering)]);
});

test('the last part takes the bundle along, on its own item', () => {
  const items = [remove('1', fibreOffering), remove('2', ipOffering), remove('3', routerOffering)];
  const plan = planned(items, { inventory });
  expect(plan.products.at(-1)).toMatchObject({ id: product(bundleOffering), item: '3', action: 'delete' });
});

test('a part that ended earlier does not keep the bundle', () => {
  const router = productOf(inventory, routerOffering);
  const routerService = serviceFor(inventory, 'managed-router');
  const without = withService(
    { ...inventory, products: { ...inventory.products, [router.id]: { ...router, status: 'terminated' } } },
    { ...routerService, state: 'terminated', footprint: [] },
  );
  const plan = planned([remove('1', fibreOffering), remove('2', ipOffering)], { inventory: without });
  expect(plan.products.map(({ id }) => id)).toContain(product(bundleOffering));
});

test('a bundle of bundles goes with the last part of its last bundle', () => {
  const outer = { ...productOf(inventory, bundleOffering), id: 'outer', bundles: [product(bundleOffering)] };
  const nested = { ...inventory, products: { ...inventory.products, outer } };
  const items = [remove('1', fibreOffering), remove('2', ipOffering), remove('3', routerOffering)];
  expect(planned(items, { inventory: nested }).products.map(({ id }) => id)).toContain('outer');
});

describe('footprints', () => {
  const fibre = serviceFor(inventory, 'fibre-access');
  const fibreProduct = claimedAs(fibre);
  const alone: Inventory = {
    products: { [fibreProduct]: { ...productOf(inventory, fibreOffering), bundles: [] } },
    services: { [fibre.id]: fibre },
  };
  const withPresence = (presence: Presence): Inventory =>
    withService(alone, {
      ...fibre,
      footprint: fibre.footprint.map((print) => (print.step === 'speed' ? { ...print, presence } : print)),
    });
  const deleted = (of: Inventory) =>
    orderFor(
      planned([item('1', { action: 'delete', productId: fibreProduct })], { inventory: of }),
      'fibre-access',
    );

  test.each([
    { presence: 'present', steps: ['revoke speed', 'revoke line'] },
    { presence: 'doubtful', steps: ['revoke speed', 'revoke line'] },
    { presence: 'absent', steps: ['revoke line'] },
  ] as const)('what is $presence leads to $steps', ({ presence, steps }) => {
    expect(stepsOf(deleted(withPresence(presence)))).toEqual(steps);
  });

  test('two objects of one step are two revokes of different names', () => {
    const [line] = fibre.footprint;
    const twice = withService(alone, {
      ...fibre,
      footprint: line ? [line, { ...line, object: 'line/old' }, { ...line, object: 'line/older' }] : [],
    });
    const plan = deleted(twice);
    expect(stepsOf(plan).sort()).toEqual(['revoke line', 'revoke line.gone', 'revoke line.gone2']);
    for (const { name } of plan.steps) expect(stepId(1, name)).toMatch(stepIdPattern);
  });

  test('a service that holds nothing is deleted without a step', () => {
    expect(deleted(withService(alone, { ...fibre, footprint: [] })).steps).toEqual([]);
  });

  test('a service that ended already is not deleted again', () => {
    const ended = withService(alone, { ...fibre, state: 'terminated' });
    const plan = planned([item('1', { action: 'delete', productId: fibreProduct })], { inventory: ended });
    expect(plan.serviceOrders).toEqual([]);
    expect(plan.products).toHaveLength(1);
  });
});

describe('refused', () => {
  const router = productOf(inventory, routerOffering);
  const withStatus = (status: typeof router.status): Inventory => ({
    ...inventory,
    products: { ...inventory.products, [router.id]: { ...router, status } },
  });

  test.each([
    'pendingActive',
    'pendingTerminate',
    'terminated',
    'aborted',
    'cancelled',
    'suspended',
  ] as const)('a product that is %s', (status) => {
    expect(refused([remove('1', routerOffering)], { inventory: withStatus(status) })).toMatchObject({
      type: 'ProductNotActive',
      item: '1',
      field: 'product',
    });
  });

  test.each([
    { what: 'without a product', given: {}, type: 'ProductMissing' },
    { what: 'of an unknown product', given: { productId: 'nobody' }, type: 'ProductUnknown' },
    { what: 'of what every object inherits', given: { productId: 'constructor' }, type: 'ProductUnknown' },
    { what: 'of two at once', given: { productId: router.id, quantity: 2 }, type: 'QuantityInvalid' },
  ])('a delete $what', ({ given, type }) => {
    expect(refused([item('1', { action: 'delete', ...given })], { inventory })).toMatchObject({
      type,
      item: '1',
    });
  });

  test('a product that two items name', () => {
    const items = [remove('1', routerOffering), remove('2', routerOffering)];
    expect(refused(items, { inventory })).toMatchObject({ type: 'ProductTwice', item: '2' });
    const asContext = [remove('1', routerOffering), item('2', { action: 'noChange', productId: router.id })];
    expect(refused(asContext, { inventory })).toMatchObject({ type: 'ProductTwice', item: '2' });
  });
});
