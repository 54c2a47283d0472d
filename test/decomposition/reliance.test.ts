import { describe, expect, test } from 'vitest';
import { must } from '../../src/kernel/assert.ts';
import {
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
  reliesOnProduct,
  routerOffering,
} from './demo.ts';
import { installed, productOf, serviceFor, withService } from './install.ts';

const fibres = installed(
  planned([item('1', { offering: fibreOffering }), item('2', { offering: fibreOffering })], {
    orderId: 'before',
  }),
);
const [one, two] = Object.values(fibres.products).map(({ id }) => id) as [string, string];
const serviceOf = (product: string) =>
  must(
    Object.values(fibres.services).find((service) => service.product === product),
    product,
  ).id;

const fibre = (id: string) => item(id, { offering: fibreOffering });
const ip = (id: string, given = {}) => item(id, { offering: ipOffering, ...given });
const boundTo = (items: Parameters<typeof planned>[0], inventory = fibres) =>
  orderFor(planned(items, { inventory }), 'ip-prefix').bindings.access;

describe('what a new service relies on', () => {
  test('is what its item relies on, even if the order has others', () => {
    const items = [fibre('1'), fibre('2'), ip('3', { relationships: [reliesOnItem('2')] })];
    const plan = planned(items);
    const second = must(
      plan.serviceOrders.find(({ item: from }) => from === '2'),
      'the second fibre',
    );
    expect(orderFor(plan, 'ip-prefix').bindings.access).toBe(second.service);
    expect(predecessorsOf(plan, 'ip-prefix')).toEqual(['fibre-access']);
  });

  test('is what the product of its related item stands for', () => {
    const items = [
      item('1', { action: 'noChange', productId: two }),
      ip('2', { relationships: [reliesOnItem('1')], productRelationships: [reliesOnProduct(one)] }),
    ];
    expect(boundTo(items)).toBe(serviceOf(two));
  });

  test('is what its product relies on, before anything the order adds', () => {
    expect(boundTo([fibre('1'), ip('2', { productRelationships: [reliesOnProduct(one)] })])).toBe(
      serviceOf(one),
    );
  });

  test('is the only one the order adds', () => {
    const plan = planned([fibre('1'), ip('2')], { inventory: fibres });
    expect(orderFor(plan, 'ip-prefix').bindings.access).toBe(orderFor(plan, 'fibre-access').service);
  });

  test('is the only one the order changes', () => {
    expect(boundTo([item('1', { action: 'modify', productId: one }), ip('2')])).toBe(serviceOf(one));
  });

  test('is the only one the order names as context', () => {
    expect(boundTo([item('1', { action: 'noChange', productId: one }), ip('2')])).toBe(serviceOf(one));
  });

  test('is behind the bundle or the dependant that is named in its place', () => {
    const inventory = installed(planned([item('1', { offering: bundleOffering })]));
    const access = serviceFor(inventory, 'fibre-access').id;
    for (const named of [bundleOffering, ipOffering, routerOffering]) {
      const relationship = reliesOnProduct(productOf(inventory, named).id);
      expect(boundTo([ip('1', { productRelationships: [relationship] })], inventory)).toBe(access);
    }
  });

  test('is bound alias by alias, from wherever each is found', () => {
    const inventory = fibres;
    const router = item('2', { offering: routerOffering, productRelationships: [reliesOnProduct(one)] });
    const prefix = ip('1', { productRelationships: [reliesOnProduct(one)] });
    const plan = planned([prefix, router], { inventory });
    const { bindings } = orderFor(plan, 'managed-router');
    expect(bindings).toEqual({ access: serviceOf(one), ip: orderFor(plan, 'ip-prefix').service });
  });

  test('of another kind of relationship, says nothing', () => {
    const items = [ip('1', { productRelationships: [{ type: 'replaces', productId: one }] })];
    expect(refused(items, { inventory: fibres })).toMatchObject({ type: 'RelianceUnbound' });
  });
});

describe('refused', () => {
  test('without anything to rely on, naming what is missed', () => {
    const refusal = refused([ip('1')], { inventory: fibres });
    expect(refusal).toMatchObject({ type: 'RelianceUnbound', item: '1', field: 'productRelationship' });
    expect(refusal.message).toContain('fibre-access');
  });

  test('with several in the order, naming the products', () => {
    const refusal = refused([fibre('1'), fibre('2'), ip('3')]);
    const plan = planned([fibre('1'), fibre('2')]);
    expect(refusal).toMatchObject({ type: 'RelianceAmbiguous', item: '3' });
    expect(refusal.message).toContain(
      plan.products
        .map(({ id }) => id)
        .sort()
        .join(', '),
    );
  });

  test('with several in the context, however many are ordered', () => {
    const context = [one, two].map((productId, index) =>
      item(`c${index}`, { action: 'noChange', productId }),
    );
    for (const quantity of [1, 2]) {
      expect(refused([...context, ip('1', { quantity })], { inventory: fibres })).toMatchObject({
        type: 'RelianceAmbiguous',
      });
    }
  });

  test('with several products named', () => {
    const items = [ip('1', { productRelationships: [reliesOnProduct(one), reliesOnProduct(two)] })];
    expect(refused(items, { inventory: fibres })).toMatchObject({ type: 'RelianceAmbiguous' });
  });

  test('when it would rely on what the same order takes away', () => {
    const items = [
      item('1', { action: 'delete', productId: one }),
      ip('2', { productRelationships: [reliesOnProduct(one)] }),
    ];
    expect(refused(items, { inventory: fibres })).toMatchObject({ type: 'RelianceUnbound', item: '2' });
  });

  test('when what is named is not active', () => {
    const idle = withService(fibres, { ...must(fibres.services[serviceOf(one)], 'it'), state: 'terminated' });
    const items = [ip('1', { productRelationships: [reliesOnProduct(one)] })];
    expect(refused(items, { inventory: idle })).toMatchObject({ type: 'RelianceUnbound' });
  });
});

test('what stands is claimed as shared with others who rely on it', () => {
  const plan = planned([ip('1', { productRelationships: [reliesOnProduct(one)] })], { inventory: fibres });
  expect(plan.claims).toEqual({ exclusive: plan.products.map(({ id }) => id), shared: [one] });
  expect(plan.products[0]?.reliesOn).toEqual([one]);
});

test('the further product binds like the first ones', () => {
  const wifi = item('1', { offering: 'OFF-GUEST-WIFI', productRelationships: [reliesOnProduct(two)] });
  const plan = planned([wifi], { inventory: fibres, catalog: demo });
  expect(orderFor(plan, 'guest-wifi').bindings).toEqual({ access: serviceOf(two) });
});
