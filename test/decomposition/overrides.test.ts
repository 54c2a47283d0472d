import { expect, test } from 'vitest';
import type { Inventory, Service } from '../../src/inventory/inventory.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import {
  actionsOf,
  bundleOffering,
  fasterOffering,
  fibreOffering,
  item,
  orderFor,
  planned,
  stepsOf,
} from './demo.ts';
import { installed, productOf, serviceFor, withService } from './install.ts';

/** What a person set in place of the mapping, when the service is modified later. */

const built = installed(planned([item('1', { offering: bundleOffering })], { orderId: 'before' }));

/** As a person left it: these values wanted of a step, and these standing. */
function edited(
  specification: string,
  step: string,
  { set, stand = {} }: { readonly set?: JsonObject; readonly stand?: JsonObject },
): Inventory {
  const service = serviceFor(built, specification);
  const changed: Service = {
    ...service,
    overrides: set ? { [step]: set } : {},
    footprint: service.footprint.map((print) =>
      print.step === step ? { ...print, values: { ...print.values, ...stand } } : print,
    ),
  };
  return withService(built, changed);
}

const change = (inventory: Inventory, given = {}) =>
  planned([item('1', { action: 'modify', productId: productOf(built, fibreOffering).id, ...given })], {
    inventory,
  });
const faster = { offering: fasterOffering };
const slow = { downstreamMbps: 300 };

test('a step whose overridden values already stand is not touched', () => {
  const plan = change(edited('fibre-access', 'speed', { set: slow, stand: slow }));
  expect(plan.serviceOrders).toEqual([]);
});

test('a changed characteristic touches no step whose value of it is overridden', () => {
  const inventory = edited('fibre-access', 'speed', {
    set: { downstreamMbps: 300, upstreamMbps: 300 },
    stand: { downstreamMbps: 300, upstreamMbps: 300 },
  });
  const plan = change(inventory, faster);
  expect(stepsOf(orderFor(plan, 'fibre-access'))).toEqual([]);
  expect(actionsOf(plan)).toContain('modify managed-router');
});

test('a value that is overridden and does not stand yet is written', () => {
  const plan = change(edited('fibre-access', 'speed', { set: slow }));
  expect(stepsOf(orderFor(plan, 'fibre-access'))).toEqual(['apply speed']);
});

test('an override that was removed meanwhile makes the modify write the value of the mapping again', () => {
  const plan = change(edited('fibre-access', 'speed', { stand: slow }));
  expect(stepsOf(orderFor(plan, 'fibre-access'))).toEqual(['apply speed']);
});

test('an overridden value reads nothing: what it would have read may change without touching the step', () => {
  const moved = { characteristics: { accessTechnology: 'XGSPON' } };
  expect(orderFor(change(built, moved), 'fibre-access').steps).toMatchObject([
    { name: 'line' },
    { name: 'speed', ifChanged: ['steps.line.vlan'] },
  ]);
  const inventory = edited('fibre-access', 'speed', { set: { vlan: 7 }, stand: { vlan: 7 } });
  expect(stepsOf(orderFor(change(inventory, moved), 'fibre-access'))).toEqual(['apply line']);
});

test('a dependant is left alone where all that it reads of the change is overridden', () => {
  const wanted = { shapeToMbps: 300 };
  expect(actionsOf(change(built, faster))).toContain('modify managed-router');
  const inventory = edited('managed-router', 'config', { set: wanted, stand: wanted });
  expect(actionsOf(change(inventory, faster))).toEqual(['modify fibre-access']);
});

test('a value that the mapping no longer has is not wanted, whatever was set', () => {
  const plan = change(edited('fibre-access', 'speed', { set: { colour: 'red' } }));
  expect(plan.serviceOrders).toEqual([]);
});
