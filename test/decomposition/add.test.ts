import { describe, expect, test } from 'vitest';
import { emptyCatalog, withEntries } from '../../src/catalog/snapshot.ts';
import { compact } from '../../src/decomposition/plan.ts';
import { must } from '../../src/kernel/assert.ts';
import { idPattern } from '../../src/kernel/ids.ts';
import {
  actionsOf,
  bundleOffering,
  demo,
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

describe('the bundle', () => {
  const plan = planned([item('1', { offering: bundleOffering })]);

  test('makes a product for the bundle and each part, and a service for each part', () => {
    expect(plan.products.map(({ item: from, offering }) => [from, offering])).toEqual([
      ['1', bundleOffering],
      ['1.1', fibreOffering],
      ['1.2', ipOffering],
      ['1.3', routerOffering],
    ]);
    expect(actionsOf(plan)).toEqual(['add fibre-access', 'add ip-prefix', 'add managed-router']);
  });

  test('builds each service after those it relies on', () => {
    expect(predecessorsOf(plan, 'fibre-access')).toEqual([]);
    expect(predecessorsOf(plan, 'ip-prefix')).toEqual(['fibre-access']);
    expect(predecessorsOf(plan, 'managed-router')).toEqual(['fibre-access', 'ip-prefix']);
  });

  test('binds each alias to a service of the same order', () => {
    const { service: access } = orderFor(plan, 'fibre-access');
    const { service: ip } = orderFor(plan, 'ip-prefix');
    expect(orderFor(plan, 'managed-router').bindings).toEqual({ access, ip });
  });

  test('has two steps per service, in order, each an object of its own service', () => {
    const fibre = orderFor(plan, 'fibre-access');
    expect(stepsOf(fibre)).toEqual(['apply line', 'apply speed']);
    expect(fibre.steps).toMatchObject([
      {
        system: 'olt',
        object: `line/${fibre.service}`,
        after: [],
        values: { technology: 'characteristics.technology' },
      },
      { system: 'bng', object: `speed/${fibre.service}`, after: ['line'], builtAfter: ['line'] },
    ]);
    expect(stepsOf(orderFor(plan, 'ip-prefix'))).toEqual(['apply prefix', 'apply route']);
    expect(stepsOf(orderFor(plan, 'managed-router'))).toEqual(['apply config', 'apply monitoring']);
  });

  test('tells the services what the offerings fix, with their types', () => {
    expect(orderFor(plan, 'fibre-access')).toMatchObject({
      characteristics: { downstreamMbps: 1000, upstreamMbps: 1000, technology: 'GPON' },
      types: { downstreamMbps: 'integer', technology: 'string' },
      domain: 'access',
      skippable: false,
    });
  });

  test('relates the bundle to its parts and each part to what it relies on', () => {
    const [bundle, fibre, ip, router] = plan.products;
    expect(bundle?.bundles).toEqual([fibre?.id, ip?.id, router?.id].sort());
    expect(ip?.reliesOn).toEqual([fibre?.id]);
    expect(router?.reliesOn).toEqual([fibre?.id, ip?.id].sort());
    expect(bundle?.reliesOn).toEqual([]);
  });

  test('claims every product for itself, and nothing else', () => {
    expect(plan.claims).toEqual({ exclusive: plan.products.map(({ id }) => id).sort(), shared: [] });
  });

  test('has ids that fit everywhere, none of them twice', () => {
    const ids = [
      ...plan.products.map(({ id }) => id),
      ...plan.serviceOrders.flatMap(({ id, service }) => [id, service]),
    ];
    expect(ids.filter((id) => !idPattern.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => id.startsWith('o1-'))).toBe(true);
  });

  test('is another one in another order', () => {
    const other = planned([item('1', { offering: bundleOffering })], { orderId: 'o2' });
    expect(other.products.some(({ id }) => plan.products.some((product) => product.id === id))).toBe(false);
  });
});

describe('quantities', () => {
  const plan = planned([item('1', { offering: bundleOffering, quantity: 3 })]);

  test('three bundles are twelve products, each pointing to its item', () => {
    const count = (from: string) => plan.products.filter((product) => product.item === from).length;
    expect(['1', '1.1', '1.2', '1.3'].map(count)).toEqual([3, 3, 3, 3]);
    expect(plan.serviceOrders).toHaveLength(9);
  });

  test('the services of each bundle rely on each other and on no other bundle', () => {
    const of = (specification: string) =>
      plan.serviceOrders.filter((order) => order.specification === specification);
    const routers = of('managed-router');
    expect(new Set(routers.map(({ bindings }) => bindings.access)).size).toBe(3);
    for (const { bindings } of routers) {
      const prefix = must(
        of('ip-prefix').find(({ service }) => service === bindings.ip),
        'the prefix',
      );
      expect(prefix.bindings.access).toBe(bindings.access);
    }
  });

  test('each bundle product has parts of its own, that rely on each other', () => {
    const bundles = plan.products.filter(({ offering }) => offering === bundleOffering);
    expect(bundles.map(({ bundles: parts }) => parts.length)).toEqual([3, 3, 3]);
    expect(new Set(bundles.flatMap(({ bundles: parts }) => parts)).size).toBe(9);
    for (const { bundles: parts } of bundles) {
      for (const part of plan.products.filter(({ id }) => parts.includes(id))) {
        expect(part.reliesOn.filter((id) => !parts.includes(id))).toEqual([]);
      }
    }
  });

  test('three that rely on the same one all rely on it', () => {
    const items = [
      item('1', { offering: fibreOffering }),
      item('2', { offering: ipOffering, quantity: 3, relationships: [reliesOnItem('1')] }),
    ];
    const { serviceOrders } = planned(items);
    const prefixes = serviceOrders.filter(({ specification }) => specification === 'ip-prefix');
    expect(new Set(prefixes.map(({ bindings }) => bindings.access)).size).toBe(1);
    expect(prefixes).toHaveLength(3);
  });

  test('two that could rely on any of three are ambiguous', () => {
    const items = [
      item('1', { offering: fibreOffering, quantity: 3 }),
      item('2', { offering: ipOffering, quantity: 2, relationships: [reliesOnItem('1')] }),
    ];
    expect(refused(items)).toMatchObject({ type: 'RelianceAmbiguous', item: '2' });
  });

  test.each([0, -1, 1.5, 1_001])('a quantity of %d is refused', (quantity) => {
    expect(refused([item('1', { offering: fibreOffering, quantity })])).toMatchObject({
      type: 'QuantityInvalid',
      item: '1',
      field: 'quantity',
    });
  });

  test('a plan beyond the limit is refused, one just within it is not', () => {
    const items = [item('1', { offering: bundleOffering, quantity: 3 })];
    expect(refused(items, { serviceItemsMax: 8 })).toMatchObject({ type: 'PlanTooLarge' });
    expect(planned(items, { serviceItemsMax: 9 }).serviceOrders).toHaveLength(9);
  });

  test('quantities that multiply beyond all reason are refused before anything is made of them', () => {
    const items = Array.from({ length: 5_000 }, (_, index) =>
      item(String(index), { offering: fibreOffering, quantity: 1_000 }),
    );
    expect(refused(items)).toMatchObject({ type: 'PlanTooLarge' });
  });
});

describe('offerings and characteristics', () => {
  test.each([
    { what: 'no offering', given: {}, refusal: { type: 'OfferingMissing', field: 'offering' } },
    {
      what: 'an unknown one',
      given: { offering: 'OFF-X' },
      refusal: { type: 'OfferingUnknown', field: 'offering' },
    },
    {
      what: 'what every object inherits',
      given: { offering: 'constructor' },
      refusal: { type: 'OfferingUnknown', field: 'offering' },
    },
    {
      what: 'an unknown characteristic',
      given: { offering: fibreOffering, characteristics: { colour: 'red' } },
      refusal: { type: 'CharacteristicUnknown', field: { characteristic: 'colour' } },
    },
    {
      what: 'other than what is fixed',
      given: { offering: fibreOffering, characteristics: { downstreamMbps: 50 } },
      refusal: { type: 'CharacteristicForbidden', field: { characteristic: 'downstreamMbps' } },
    },
    {
      what: 'a value out of bounds',
      given: { offering: fibreOffering, characteristics: { accessTechnology: 'DSL' } },
      refusal: { type: 'CharacteristicInvalid', field: { characteristic: 'accessTechnology' } },
    },
  ])('an item with $what is refused, with its place', ({ given, refusal }) => {
    expect(refused([item('7', given)])).toMatchObject({ ...refusal, item: '7' });
  });

  test('a retired offering cannot be added', () => {
    const fibre = must(demo.productOfferings[fibreOffering], 'the fibre');
    const catalog = withEntries(demo, [{ ...fibre, lifecycle: 'retired' }]);
    expect(refused([item('1', { offering: fibreOffering })], { catalog })).toMatchObject({
      type: 'OfferingRetired',
    });
    expect(refused([item('1', { offering: bundleOffering })], { catalog })).toMatchObject({
      type: 'OfferingRetired',
      item: '1.1',
    });
  });

  test('with an empty catalogue nothing can be added', () => {
    expect(refused([item('1', { offering: fibreOffering })], { catalog: emptyCatalog })).toMatchObject({
      type: 'OfferingUnknown',
    });
  });

  test('a service whose condition is false is not built', () => {
    const router = must(demo.productOfferings[routerOffering], 'the router');
    const catalog = withEntries(demo, [{ ...router, fixes: {} }]);
    const unmanaged = item('1', { offering: routerOffering, characteristics: { managed: false } });
    const plan = planned([unmanaged], { catalog });
    expect(plan.products).toHaveLength(1);
    expect(plan.serviceOrders).toEqual([]);
  });
});

test('only steps of systems with limits go to queues of their own, and the plan keeps that', () => {
  const settings = {
    openChildrenMax: 1,
    step: { callTimeoutMs: 1, heartbeatTimeoutMs: 1, historyEventsMax: 5_000 },
    policy: {
      retry: { attempts: 1, fromMs: 1, upToMs: 1 },
      outage: { fromMs: 1, upToMs: 1 },
      reports: { withinMs: 1, pollMs: 1 },
    },
  };
  const plan = planned([item('1', { offering: bundleOffering })]);
  const queued = (limited: readonly string[]) =>
    compact(plan, settings, new Set(limited)).serviceOrders.flatMap(({ steps = [] }) =>
      steps.filter(({ queue }) => queue).map(({ system }) => system),
    );
  expect(queued([])).toEqual([]);
  expect(queued(['ipam', 'elsewhere'])).toEqual(['ipam']);
  expect(queued(['ipam', 'edge'])).toEqual(['ipam', 'edge']);
});
