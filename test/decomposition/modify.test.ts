import { describe, expect, test } from 'vitest';
import type { ServiceSpecification } from '../../src/catalog/model.ts';
import { withEntries } from '../../src/catalog/snapshot.ts';
import { compact } from '../../src/decomposition/plan.ts';
import { must } from '../../src/kernel/assert.ts';
import { planOf } from '../order/driver.ts';
import {
  actionsOf,
  bundleOffering,
  demo,
  fasterOffering,
  fibreOffering,
  ipOffering,
  item,
  orderFor,
  planned,
  predecessorsOf,
  refused,
  routerOffering,
  stepsOf,
} from './demo.ts';
import { installed, productOf, serviceFor, withService } from './install.ts';

const inventory = installed(planned([item('1', { offering: bundleOffering })], { orderId: 'before' }));
const product = (offering: string) => productOf(inventory, offering).id;
const modify = (offering: string, given = {}) =>
  item('1', { action: 'modify', productId: product(offering), ...given });
const faster = modify(fibreOffering, { offering: fasterOffering });

/** The demo catalogue in which a specification has been edited since. */
const edited = (id: string, change: (specification: ServiceSpecification) => ServiceSpecification) =>
  withEntries(demo, [change(must(demo.serviceSpecifications[id], id))]);
type Steps = ServiceSpecification['steps'];
const editedSteps = (id: string, change: (steps: Steps) => Steps) =>
  edited(id, (specification) => ({ ...specification, steps: change(specification.steps) }));
const withoutStep = (steps: Steps, name: string): Steps =>
  Object.fromEntries(Object.entries(steps).filter(([other]) => other !== name));

describe('a new speed', () => {
  const plan = planned([faster], { inventory });

  test('touches the speed of the line and the router that reads it, and no address', () => {
    expect(actionsOf(plan)).toEqual(['modify fibre-access', 'modify managed-router']);
    expect(stepsOf(orderFor(plan, 'fibre-access'))).toEqual(['apply speed']);
    expect(stepsOf(orderFor(plan, 'managed-router'))).toEqual(['apply config']);
  });

  test('knows for certain that both steps are needed', () => {
    const steps = plan.serviceOrders.flatMap((order) => order.steps);
    expect(steps.filter(({ ifChanged }) => ifChanged !== undefined)).toEqual([]);
  });

  test('changes the router after the line, on the item that caused it', () => {
    expect(predecessorsOf(plan, 'managed-router')).toEqual(['fibre-access']);
    expect(orderFor(plan, 'managed-router')).toMatchObject({ item: '1', product: product(routerOffering) });
  });

  test('takes the fibre and the router for itself, and shares what the router relies on besides', () => {
    expect(plan.claims).toEqual({
      exclusive: [product(fibreOffering), product(routerOffering)].sort(),
      shared: [product(ipOffering)],
    });
  });

  test('keeps the step it builds upon, though that is not in the plan', () => {
    expect(orderFor(plan, 'fibre-access').steps).toMatchObject([{ after: [], builtAfter: ['line'] }]);
  });

  test('changes only the ordered product, to the new offering and its values', () => {
    expect(plan.products).toMatchObject([
      {
        id: product(fibreOffering),
        action: 'modify',
        offering: fasterOffering,
        characteristics: { downstreamMbps: 2000, accessTechnology: 'GPON' },
      },
    ]);
  });
});

describe('a new line terminal may choose another VLAN', () => {
  const plan = planned([modify(fibreOffering, { characteristics: { accessTechnology: 'XGSPON' } })], {
    inventory,
  });

  test('what reads the VLAN is done again only if it is another', () => {
    expect(orderFor(plan, 'fibre-access').steps).toMatchObject([
      { name: 'line', after: [] },
      { name: 'speed', after: ['line'], ifChanged: ['steps.line.vlan'] },
    ]);
    expect(orderFor(plan, 'ip-prefix').steps).toMatchObject([
      { name: 'route', after: [], ifChanged: ['reliesOn.access.vlan'] },
    ]);
  });

  test('the route is touched only on that condition, so its service order may turn out to be nothing', () => {
    expect(orderFor(plan, 'ip-prefix').skippable).toBe(true);
    expect(orderFor(plan, 'fibre-access').steps[0]?.ifChanged).toBeUndefined();
  });

  test('the router reads no VLAN and stays as it is', () => {
    expect(actionsOf(plan)).toEqual(['modify fibre-access', 'modify ip-prefix']);
  });

  test('its workflow learns from which service order the change would come', () => {
    const { settings } = planOf([]);
    const ip = must(
      compact(plan, settings).serviceOrders.find(({ specification }) => specification === 'ip-prefix'),
      'the prefix',
    );
    expect(ip.reliesOn).toEqual({ access: orderFor(plan, 'fibre-access').id });
    expect(ip.steps).toMatchObject([{ id: '1/route', ifChanged: ['reliesOn.access.vlan'] }]);
  });
});

describe('dependants of dependants', () => {
  const another = modify(ipOffering, { characteristics: { prefixLength: 30 } });
  const free = withEntries(demo, [{ ...must(demo.productOfferings[ipOffering], 'it'), fixes: {} }]);

  test('a new prefix may change the route, and the router twice over', () => {
    const plan = planned([another], { inventory, catalog: free });
    expect(orderFor(plan, 'ip-prefix').steps).toMatchObject([
      { name: 'prefix' },
      { name: 'route', ifChanged: ['steps.prefix.cidr'] },
    ]);
    expect(orderFor(plan, 'managed-router').steps).toMatchObject([
      { name: 'config', ifChanged: ['reliesOn.ip.cidr'] },
      { name: 'monitoring', ifChanged: ['reliesOn.ip.cidr'], after: ['config'] },
    ]);
  });

  test('a change two services away arrives through the one between', () => {
    const catalog = edited('ip-prefix', (specification) => ({
      ...specification,
      results: { ...specification.results, vlan: 'reliesOn.access.vlan' },
    }));
    const reading = withEntries(catalog, [
      {
        ...must(demo.serviceSpecifications['managed-router'], 'the router'),
        steps: {
          config: {
            ...must(demo.serviceSpecifications['managed-router']?.steps.config, 'config'),
            values: { vlan: 'reliesOn.ip.vlan' },
          },
        },
      },
    ]);
    const built = installed(planned([item('1', { offering: bundleOffering })], { catalog: reading }));
    const line = item('1', {
      action: 'modify',
      productId: productOf(built, fibreOffering).id,
      characteristics: { accessTechnology: 'XGSPON' },
    });
    const plan = planned([line], { inventory: built, catalog: reading });
    expect(orderFor(plan, 'managed-router').steps).toMatchObject([{ ifChanged: ['reliesOn.ip.vlan'] }]);
    expect(predecessorsOf(plan, 'managed-router')).toEqual(['fibre-access', 'ip-prefix']);
  });

  test('a service that only passes a result on is part of the plan and is not skipped', () => {
    const catalog = edited('ip-prefix', (specification) => ({
      ...specification,
      steps: withoutStep(specification.steps, 'route'),
      results: { ...specification.results, vlan: 'reliesOn.access.vlan' },
    }));
    const built = installed(planned([item('1', { offering: bundleOffering })], { catalog }));
    const line = item('1', {
      action: 'modify',
      productId: productOf(built, fibreOffering).id,
      characteristics: { accessTechnology: 'XGSPON' },
    });
    const plan = planned([line], { inventory: built, catalog });
    expect(orderFor(plan, 'ip-prefix')).toMatchObject({ steps: [], skippable: false });
  });

  test('a dependant that the order changes itself is changed once, after its foundation', () => {
    const router = item('2', {
      action: 'modify',
      productId: product(routerOffering),
      characteristics: { model: 'CPE-XR700' },
    });
    const plan = planned([faster, router], { inventory });
    expect(orderFor(plan, 'managed-router')).toMatchObject({ item: '2' });
    expect(stepsOf(orderFor(plan, 'managed-router'))).toEqual(['apply config', 'apply monitoring']);
    expect(predecessorsOf(plan, 'managed-router')).toEqual(['fibre-access']);
  });

  test('a dependant that the order takes away is not changed before', () => {
    const router = item('2', { action: 'delete', productId: product(routerOffering) });
    expect(actionsOf(planned([faster, router], { inventory }))).toEqual([
      'delete managed-router',
      'modify fibre-access',
    ]);
  });

  test('of a dependant nothing is changed but what reads the change, though its catalogue entry moved on', () => {
    const catalog = editedSteps('managed-router', (steps) => ({
      ...withoutStep(steps, 'monitoring'),
      extra: { ...must(steps.monitoring, 'monitoring'), object: "'extra/' + service.id", after: [] },
    }));
    const plan = planned([faster], { inventory, catalog });
    expect(stepsOf(orderFor(plan, 'managed-router'))).toEqual(['apply config']);
  });
});

describe('compared with what stands', () => {
  const same = modify(fibreOffering);

  test('equal in everything there is no service order at all', () => {
    const plan = planned([same], { inventory });
    expect(plan.serviceOrders).toEqual([]);
    expect(plan.products).toMatchObject([{ action: 'modify', offering: fibreOffering }]);
    expect(plan.claims.exclusive).toEqual([product(fibreOffering)]);
  });

  test('a doubtful object is applied again', () => {
    const fibre = serviceFor(inventory, 'fibre-access');
    const footprint = fibre.footprint.map((print) =>
      print.step === 'speed' ? { ...print, presence: 'doubtful' as const } : print,
    );
    const plan = planned([same], { inventory: withService(inventory, { ...fibre, footprint }) });
    expect(stepsOf(orderFor(plan, 'fibre-access'))).toEqual(['apply speed']);
  });

  test('an object that is absent is applied', () => {
    const fibre = serviceFor(inventory, 'fibre-access');
    const footprint = fibre.footprint.filter(({ step }) => step !== 'speed');
    const plan = planned([same], { inventory: withService(inventory, { ...fibre, footprint }) });
    expect(stepsOf(orderFor(plan, 'fibre-access'))).toEqual(['apply speed']);
  });

  test('a value that the catalogue dropped makes the object apply again', () => {
    const catalog = editedSteps('fibre-access', (steps) => ({
      ...steps,
      speed: { ...must(steps.speed, 'speed'), values: { downstreamMbps: 'characteristics.downstreamMbps' } },
    }));
    expect(stepsOf(orderFor(planned([same], { inventory, catalog }), 'fibre-access'))).toEqual([
      'apply speed',
    ]);
  });

  test('a renamed object: the new one is applied, then the old one revoked', () => {
    const catalog = editedSteps('fibre-access', (steps) => ({
      ...steps,
      speed: { ...must(steps.speed, 'speed'), object: "'rate/' + service.id" },
    }));
    const order = orderFor(planned([same], { inventory, catalog }), 'fibre-access');
    expect(order.steps).toMatchObject([
      { name: 'speed', verb: 'apply', object: `rate/${order.service}` },
      { name: 'speed.gone', verb: 'revoke', object: `speed/${order.service}`, system: 'bng' },
    ]);
  });

  test('an object of the same name in another system is another object', () => {
    const catalog = editedSteps('fibre-access', (steps) => ({
      ...steps,
      speed: { ...must(steps.speed, 'speed'), system: 'edge' },
    }));
    const order = orderFor(planned([same], { inventory, catalog }), 'fibre-access');
    expect(order.steps).toMatchObject([
      { name: 'speed', verb: 'apply', system: 'edge' },
      { name: 'speed.gone', verb: 'revoke', system: 'bng' },
    ]);
  });

  test('a renamed step of the same object is applied again and revokes nothing', () => {
    const catalog = editedSteps('fibre-access', (steps) => ({
      ...withoutStep(steps, 'speed'),
      rate: must(steps.speed, 'speed'),
    }));
    expect(stepsOf(orderFor(planned([same], { inventory, catalog }), 'fibre-access'))).toEqual([
      'apply rate',
    ]);
  });

  test('steps that the catalogue dropped are revoked, dependants first', () => {
    const catalog = edited('fibre-access', (specification) => ({
      ...specification,
      steps: {
        other: { ...must(specification.steps.line, 'line'), object: "'other/' + service.id", results: {} },
      },
      results: {},
    }));
    const order = orderFor(planned([same], { inventory, catalog }), 'fibre-access');
    expect(order.steps).toMatchObject([
      { name: 'other', verb: 'apply' },
      { name: 'speed', verb: 'revoke', after: [] },
      { name: 'line', verb: 'revoke', after: ['speed'] },
    ]);
  });

  test('a new step between two others takes over the edge of a step that is left out', () => {
    const catalog = editedSteps('fibre-access', (steps) => {
      const speed = must(steps.speed, 'speed');
      return {
        ...steps,
        first: { ...must(steps.line, 'line'), object: "'first/' + service.id", results: {} },
        line: { ...must(steps.line, 'line'), after: ['first'] },
        last: { ...speed, object: "'last/' + service.id", after: ['line'] },
      };
    });
    const { steps } = orderFor(planned([same], { inventory, catalog }), 'fibre-access');
    expect(steps).toMatchObject([
      { name: 'first', after: [] },
      { name: 'last', after: ['first'], builtAfter: ['line'] },
    ]);
  });

  test('a new value that no step reads is taken over without touching the network', () => {
    const catalog = edited('fibre-access', (specification) => ({
      ...specification,
      steps: { line: must(specification.steps.line, 'line') },
      results: { vlan: 'steps.line.vlan' },
    }));
    const built = installed(planned([item('1', { offering: fibreOffering })], { catalog }));
    const change = item('1', {
      action: 'modify',
      offering: fasterOffering,
      productId: productOf(built, fibreOffering).id,
    });
    const order = orderFor(planned([change], { inventory: built, catalog }), 'fibre-access');
    expect(order).toMatchObject({ steps: [], skippable: true, characteristics: { downstreamMbps: 2000 } });
  });
});

describe('a condition that turns', () => {
  const router = must(demo.productOfferings[routerOffering], 'the router');
  const catalog = withEntries(demo, [{ ...router, fixes: {} }]);
  const managed = (value: boolean, of = inventory) =>
    item('1', {
      action: 'modify',
      productId: productOf(of, routerOffering).id,
      characteristics: { managed: value },
    });

  test('to false: the service is deleted, the product stays', () => {
    const plan = planned([managed(false)], { inventory, catalog });
    expect(actionsOf(plan)).toEqual(['delete managed-router']);
    expect(stepsOf(orderFor(plan, 'managed-router'))).toEqual(['revoke monitoring', 'revoke config']);
    expect(plan.products).toMatchObject([{ action: 'modify', characteristics: { managed: false } }]);
  });

  test('to true: the service is added, bound to what its product relies on', () => {
    const service = serviceFor(inventory, 'managed-router');
    const unmanaged = withService(inventory, { ...service, state: 'terminated', footprint: [] });
    const plan = planned([managed(true, unmanaged)], { inventory: unmanaged, catalog });
    expect(actionsOf(plan)).toEqual(['add managed-router']);
    const { bindings, service: id } = orderFor(plan, 'managed-router');
    expect(bindings).toEqual(service.bindings);
    expect(id).not.toBe(service.id);
  });

  test('to false is refused while others rely on the service', () => {
    const fibre = must(demo.productSpecifications['PSPEC-FIBRE-ACCESS'], 'the fibre');
    const sometimes = withEntries(demo, [
      {
        ...fibre,
        services: fibre.services.map((use) => ({
          ...use,
          when: "characteristics.accessTechnology == 'GPON'",
        })),
      },
    ]);
    const change = modify(fibreOffering, { characteristics: { accessTechnology: 'XGSPON' } });
    expect(refused([change], { inventory, catalog: sometimes })).toMatchObject({ type: 'ProductReliedOn' });
  });
});

describe('what a modify may not do', () => {
  test('take an offering of another specification', () => {
    expect(refused([modify(fibreOffering, { offering: ipOffering })], { inventory })).toMatchObject({
      type: 'OfferingOfOtherSpecification',
      item: '1',
      field: 'offering',
    });
  });

  test('change what the offering forbids', () => {
    const change = modify(fibreOffering, { characteristics: { downstreamMbps: 2000 } });
    expect(refused([change], { inventory })).toMatchObject({ type: 'CharacteristicForbidden' });
  });

  test('be of several', () => {
    expect(refused([modify(fibreOffering, { quantity: 2 })], { inventory })).toMatchObject({
      type: 'QuantityInvalid',
    });
  });

  test('go beyond the limit with the dependants it brings along', () => {
    expect(refused([faster], { inventory, serviceItemsMax: 1 })).toMatchObject({ type: 'PlanTooLarge' });
    expect(planned([faster], { inventory, serviceItemsMax: 2 }).serviceOrders).toHaveLength(2);
  });
});

test('a retired offering can still be changed and taken away', () => {
  const catalog = withEntries(demo, [
    { ...must(demo.productOfferings[routerOffering], 'the router'), lifecycle: 'retired' },
  ]);
  const change = modify(routerOffering, { characteristics: { model: 'CPE-XR700' } });
  expect(actionsOf(planned([change], { inventory, catalog }))).toEqual(['modify managed-router']);
  const remove = item('1', { action: 'delete', productId: product(routerOffering) });
  expect(actionsOf(planned([remove], { inventory, catalog }))).toEqual(['delete managed-router']);
});

test('context is not touched', () => {
  const plan = planned([item('1', { action: 'noChange', productId: product(fibreOffering) })], { inventory });
  expect(plan).toMatchObject({ products: [], serviceOrders: [], claims: { exclusive: [], shared: [] } });
});
