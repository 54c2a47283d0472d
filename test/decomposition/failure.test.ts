import { describe, expect, test } from 'vitest';
import { checkCatalog } from '../../src/catalog/check.ts';
import type { Catalog, FailureMode } from '../../src/catalog/model.ts';
import { withEntries } from '../../src/catalog/snapshot.ts';
import { compact, type Plan, type PlanSettings } from '../../src/decomposition/plan.ts';
import { must } from '../../src/kernel/assert.ts';
import { demoSystems } from '../catalog/catalogFiles.ts';
import { row } from '../serviceOrder/policyRow.ts';
import {
  bundleOffering,
  demo,
  fasterOffering,
  fibreOffering,
  ipOffering,
  item,
  orderFor,
  planned,
  reliesOnProduct,
  routerOffering,
  stepsOf,
} from './demo.ts';
import { installed, productOf } from './install.ts';

const offering = (id: string) => must(demo.productOfferings[id], id);
const product = (id: string) => must(demo.productSpecifications[id], id);
const service = (id: string) => must(demo.serviceSpecifications[id], id);

const settings: PlanSettings = {
  openChildrenMax: 200,
  step: { callTimeoutMs: 1_000, heartbeatTimeoutMs: 1_000, historyEventsMax: 5_000 },
  policy: {
    retry: { attempts: 3, fromMs: 1, upToMs: 1 },
    outage: { fromMs: 1, upToMs: 1 },
    reports: { withinMs: 1, pollMs: 1 },
  },
};
const compacted = (plan: Plan) => compact(plan, settings);
const optionalWithIn = (plan: Plan) =>
  Object.fromEntries(
    compacted(plan).serviceOrders.flatMap(({ specification, optionalWith }) =>
      optionalWith === undefined ? [] : [[specification, optionalWith]],
    ),
  );
const optionalIn = ({ serviceOrders }: Plan): string[] =>
  serviceOrders.filter(({ optional }) => optional).map(({ specification }) => specification);

const ip = service('ip-prefix');
const route = must(ip.steps.route, 'route');
const guarded: Catalog = withEntries(demo, [
  {
    ...ip,
    steps: { ...ip.steps, route: { ...route, optional: true, pointOfNoReturn: true } },
    recovery: [
      row('hold', {
        system: 'ipam',
        class: 'throttled' as const,
        retry: { attempts: 8, from: '2s', upTo: '2m' },
      }),
      row('skip', { step: 'route', class: 'refused' as const }),
    ],
  },
]);

const bundle = [item('1', { offering: bundleOffering })];
const standing = installed(planned(bundle, { catalog: guarded }));
const idOf = (offered: string) => productOf(standing, offered).id;
const change = { catalog: guarded, inventory: standing, orderId: 'o2' };

test('the catalogue that these plans are made of is sound', () => {
  expect(checkCatalog(guarded, demoSystems)).toMatchObject({ ok: true });
});

test('a plan that nobody said more about is all or nothing, and nothing in it is optional', () => {
  const plan = planned(bundle);
  const words = ['"optional"', '"pointOfNoReturn"', '"recovery"'];
  for (const given of [plan, compacted(plan)]) {
    expect(given.onFailure).toBe('allOrNothing');
    expect(words.filter((word) => JSON.stringify(given).includes(word))).toEqual([]);
  }
});

describe('steps and policy', () => {
  const plan = planned(bundle, { catalog: guarded });
  const rows = [
    row('hold', {
      system: 'ipam',
      class: 'throttled',
      retry: { attempts: 8, fromMs: 2_000, upToMs: 120_000 },
    }),
    row('skip', { step: 'route', class: 'refused' }),
  ];

  test('go with the service order, in numbers, also as the workflow knows it', () => {
    const { id, recovery, steps } = orderFor(plan, 'ip-prefix');
    const compact = compacted(plan);
    const known = compact.serviceOrders.find((order) => order.id === id);
    expect(recovery).toEqual(rows);
    expect(compact.recovery).toEqual({ 'ip-prefix': rows });
    const marks = { optional: true, pointOfNoReturn: true };
    expect(steps).toMatchObject([{ name: 'prefix' }, { name: 'route', ...marks }]);
    expect(known?.steps).toMatchObject([{ id: '1/prefix' }, { id: '1/route', ...marks }]);
    expect(steps[0]).not.toHaveProperty('optional');
    expect(known?.steps?.[0]).not.toHaveProperty('pointOfNoReturn');
    expect(orderFor(plan, 'fibre-access')).not.toHaveProperty('recovery');
  });

  test('how long a report may take goes with the step, in numbers, and with its removal', () => {
    const reports = { within: '2d', poll: '1h' };
    const later = withEntries(guarded, [{ ...ip, steps: { ...ip.steps, route: { ...route, reports } } }]);
    const plan = planned(bundle, { catalog: later });
    const { id, steps } = orderFor(plan, 'ip-prefix');
    const times = { withinMs: 172_800_000, pollMs: 3_600_000 };
    expect(steps).toMatchObject([{ name: 'prefix' }, { name: 'route', reports: times }]);
    const known = compacted(plan).serviceOrders.find((order) => order.id === id);
    expect(known?.steps).toMatchObject([{ id: '1/prefix' }, { id: '1/route', reports: times }]);
    expect(known?.steps?.[0]).not.toHaveProperty('reports');
    const removal = planned([item('1', { action: 'delete', productId: idOf(bundleOffering) })], {
      ...change,
      catalog: later,
    });
    expect(orderFor(removal, 'ip-prefix').steps).toMatchObject([
      { name: 'route', reports: times },
      { name: 'prefix' },
    ]);
    expect(orderFor(removal, 'ip-prefix').steps[1]).not.toHaveProperty('reports');
  });

  test('a plan too large for its steps still says what to do about trouble', () => {
    const large = planned([item('1', { offering: bundleOffering, quantity: 40 })], { catalog: guarded });
    const compact = compacted(large);
    const order = compact.serviceOrders.find(({ specification }) => specification === 'ip-prefix');
    expect(compact.recovery).toEqual({ 'ip-prefix': rows });
    expect(order).not.toHaveProperty('steps');
  });

  test('a delete keeps the policy, but none of its revokes is optional or marked', () => {
    const plan = planned([item('1', { action: 'delete', productId: idOf(bundleOffering) })], change);
    const order = orderFor(plan, 'ip-prefix');
    expect(order.recovery).toEqual(rows);
    expect(stepsOf(order)).toEqual(['revoke route', 'revoke prefix']);
    for (const step of order.steps) {
      expect(step).not.toHaveProperty('optional');
      expect(step).not.toHaveProperty('pointOfNoReturn');
    }
  });

  test('of a modify, what it applies is marked, and what it revokes is not', () => {
    const moved = withEntries(guarded, [
      {
        ...ip,
        steps: {
          ...ip.steps,
          route: { ...route, object: "'r/' + service.id", optional: true, pointOfNoReturn: true },
        },
      },
    ]);
    const again = item('1', { action: 'modify', productId: idOf(ipOffering) });
    const { steps } = orderFor(planned([again], { ...change, catalog: moved }), 'ip-prefix');
    const marks = steps.map(({ verb, name, optional, pointOfNoReturn }) => [
      verb,
      name,
      optional,
      pointOfNoReturn,
    ]);
    expect(marks).toEqual([
      ['apply', 'route', true, true],
      ['revoke', 'route.gone', undefined, undefined],
    ]);
  });
});

describe('an optional service', () => {
  const fibre = product('PSPEC-FIBRE-ACCESS');
  const catalog = withEntries(demo, [
    { ...fibre, services: fibre.services.map((use) => ({ ...use, optional: true })) },
  ]);
  const add = [item('1', { offering: fibreOffering })];
  const fibred = installed(planned(add));
  const existing = { catalog, inventory: fibred, orderId: 'o2' };
  const { id: productId } = productOf(fibred, fibreOffering);

  test('makes an optional service order, also as the workflow knows it', () => {
    const plan = planned(bundle, { catalog });
    expect(optionalIn(plan)).toEqual(['fibre-access']);
    const known = compacted(plan).serviceOrders.filter(({ optional }) => optional);
    expect(known.map(({ specification }) => specification)).toEqual(['fibre-access']);
    expect(optionalWithIn(plan)).toEqual({});
  });

  test('may also fail to change', () => {
    const faster = item('1', { action: 'modify', productId, offering: fasterOffering });
    expect(optionalIn(planned([faster], existing))).toEqual(['fibre-access']);
  });

  test('is not kept when its product goes', () => {
    expect(optionalIn(planned([item('1', { action: 'delete', productId })], existing))).toEqual([]);
  });

  test('written as not optional is needed', () => {
    const needed = withEntries(demo, [
      { ...fibre, services: fibre.services.map((use) => ({ ...use, optional: false })) },
    ]);
    expect(optionalIn(planned(add, { catalog: needed }))).toEqual([]);
  });
});

describe('an optional part', () => {
  const parts = (...optional: readonly string[]) =>
    offering(bundleOffering).bundles.map((part) =>
      optional.includes(part.offering) ? { ...part, optional: true } : part,
    );
  const catalog = withEntries(demo, [
    { ...offering(bundleOffering), bundles: parts(routerOffering) },
    { ...offering(bundleOffering), id: 'OUTER', bundles: [{ offering: bundleOffering, optional: true }] },
  ]);

  test('makes its service orders optional and no other', () => {
    expect(optionalIn(planned(bundle, { catalog }))).toEqual(['managed-router']);
  });

  test('makes them optional also when the client nests the items itself', () => {
    const items = [
      item('1', { offering: bundleOffering }),
      item('2', { offering: fibreOffering, parent: '1' }),
      item('3', { offering: ipOffering, parent: '1' }),
      item('4', { offering: routerOffering, parent: '1' }),
    ];
    expect(optionalIn(planned(items, { catalog }))).toEqual(['managed-router']);
    expect(optionalWithIn(planned(items, { catalog }))).toEqual({ 'managed-router': '4' });
  });

  test('that is a bundle makes everything in it optional, together, but for a part that is so by itself', () => {
    const plan = planned([item('1', { offering: 'OUTER' })], { catalog });
    expect(optionalIn(plan).sort()).toEqual(['fibre-access', 'ip-prefix', 'managed-router']);
    const part = orderFor(plan, 'fibre-access').optionalWith;
    const router = orderFor(plan, 'managed-router');
    expect(optionalWithIn(plan)).toEqual({
      ...{ 'fibre-access': part, 'ip-prefix': part, 'managed-router': router.item },
    });
    expect(orderFor(plan, 'fibre-access').item).not.toBe(part);
  });

  test('keeps a service that its product can do without apart from the rest', () => {
    const spare = product('PSPEC-FIBRE-ACCESS');
    const uses = spare.services.map((use) => ({ ...use, optional: true }));
    const given = withEntries(catalog, [{ ...spare, services: uses }]);
    const plan = planned([item('1', { offering: 'OUTER' })], { catalog: given });
    expect(optionalIn(plan)).toContain('fibre-access');
    expect(Object.keys(optionalWithIn(plan)).sort()).toEqual(['ip-prefix', 'managed-router']);
  });

  test('named twice, once as needed, is needed', () => {
    const twice = [...parts(routerOffering), { offering: routerOffering }];
    const given = withEntries(demo, [{ ...offering(bundleOffering), bundles: twice }]);
    const items = [...bundle, item('2', { offering: routerOffering, parent: '1' })];
    const others = [
      item('3', { offering: fibreOffering, parent: '1' }),
      item('4', { offering: ipOffering, parent: '1' }),
    ];
    expect(optionalIn(planned([...items, ...others], { catalog: given }))).toEqual([]);
  });

  test('ordered on its own is not optional', () => {
    const items = [
      item('1', { offering: fibreOffering }),
      item('2', { offering: ipOffering }),
      item('3', { offering: routerOffering }),
    ];
    expect(optionalIn(planned(items, { catalog }))).toEqual([]);
  });

  test('of a bundle that goes is not kept', () => {
    const gone = item('1', { action: 'delete', productId: idOf(bundleOffering) });
    expect(optionalIn(planned([gone], { ...change, catalog }))).toEqual([]);
  });
});

describe('an order', () => {
  const saying = (modes: Readonly<Record<string, FailureMode>>): Catalog =>
    withEntries(
      demo,
      Object.entries(modes).map(([id, onFailure]) => ({ ...offering(id), onFailure })),
    );
  const catalog = saying({ [bundleOffering]: 'bestEffort', [fibreOffering]: 'bestEffort' });
  const ends = (plan: Plan) => [plan.onFailure, compacted(plan).onFailure];
  const best = ['bestEffort', 'bestEffort'];
  const all = ['allOrNothing', 'allOrNothing'];

  test('is best effort when the offering of its root says so, whatever those of its parts say', () => {
    const said = saying({ [bundleOffering]: 'bestEffort', [fibreOffering]: 'allOrNothing' });
    expect(ends(planned(bundle, { catalog: said }))).toEqual(best);
  });

  test('is all or nothing when only a part says otherwise', () => {
    expect(ends(planned(bundle, { catalog: saying({ [fibreOffering]: 'bestEffort' }) }))).toEqual(all);
  });

  test('is best effort only when all of its roots say so', () => {
    const fibre = item('1', { offering: fibreOffering });
    const beside = (offered: string) => planned([fibre, item('2', { offering: offered })], { catalog });
    expect(ends(beside(fibreOffering))).toEqual(best);
    expect(ends(beside(fasterOffering))).toEqual(all);
  });

  test('that changes or removes goes by the offering of the product', () => {
    const given = { ...change, catalog };
    const bundleId = idOf(bundleOffering);
    expect(ends(planned([item('1', { action: 'delete', productId: bundleId })], given))).toEqual(best);
    expect(ends(planned([item('1', { action: 'modify', productId: idOf(fibreOffering) })], given))).toEqual(
      best,
    );
    expect(ends(planned([item('1', { action: 'modify', productId: idOf(ipOffering) })], given))).toEqual(all);
  });

  test('that changes the offering goes by the new one', () => {
    const faster = item('1', {
      action: 'modify',
      productId: idOf(fibreOffering),
      offering: fasterOffering,
    });
    expect(ends(planned([faster], { ...change, catalog }))).toEqual(all);
    const said = saying({ [fasterOffering]: 'bestEffort' });
    expect(ends(planned([faster], { ...change, catalog: said }))).toEqual(best);
  });

  test('goes by what a delete removes, not by the offering that the client names with it', () => {
    const gone = item('1', { action: 'delete', productId: idOf(bundleOffering), offering: ipOffering });
    expect(ends(planned([gone], { ...change, catalog }))).toEqual(best);
  });

  test('is not asked about products that only stand around it', () => {
    const said = saying({ [ipOffering]: 'bestEffort' });
    const items = [
      item('1', { action: 'noChange', productId: idOf(fibreOffering) }),
      item('2', { offering: ipOffering, productRelationships: [reliesOnProduct(idOf(fibreOffering))] }),
    ];
    expect(ends(planned(items, { ...change, catalog: said }))).toEqual(best);
  });

  test('of context only is all or nothing', () => {
    const context = item('1', { action: 'noChange', productId: idOf(fibreOffering) });
    expect(ends(planned([context], { ...change, catalog }))).toEqual(all);
  });
});
