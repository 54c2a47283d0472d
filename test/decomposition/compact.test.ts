import { expect, test } from 'vitest';
import { compact, type Plan, type PlannedServiceOrder } from '../../src/decomposition/plan.ts';
import type { PolicyRow } from '../../src/serviceOrder/recovery.ts';
import { row } from '../serviceOrder/policyRow.ts';
import { planOf } from '../order/driver.ts';
import { bundleOffering, item, orderFor, planned } from './demo.ts';

const long = (text: string): string => text.padEnd(64, 'x');

const longRows = Array.from({ length: 20 }, (_, index): PolicyRow => {
  const names = { system: long('system'), step: long(`step${index}`), code: long(`code${index}`) };
  return row('hold', {
    ...names,
    class: 'throttled' as const,
    retry: { attempts: 100, fromMs: 60_000, upToMs: 86_400_000 },
  });
});

/** As large as an order may be, with names as long as they may be: Temporal takes no more than 2 MB at once. */
test('a plan of 1,000 service orders with 20 long rows each stays under 1 MB', () => {
  const plan = planned([item('1', { offering: bundleOffering })]);
  const model = orderFor(plan, 'ip-prefix');
  const serviceOrders = Array.from({ length: 1_000 }, (_, index): PlannedServiceOrder => {
    const id = long(`o1-${index}`);
    return {
      ...model,
      id,
      item: long(`${index}`),
      service: id,
      specification: `ip-prefix-${index % 10}`,
      after: [long(`o1-${index - 1}`)],
      bindings: { access: long(`o1-${index - 1}`) },
      recovery: longRows,
    };
  });
  const large: Plan = { ...plan, serviceOrders };
  expect(JSON.stringify(large).length).toBeGreaterThan(2_000_000);
  expect(JSON.stringify(compact(large, planOf([]).settings)).length).toBeLessThan(1_000_000);
});
