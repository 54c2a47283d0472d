import { expect, test } from 'vitest';
import type { CompactStep } from '../../src/decomposition/plan.ts';
import { advance } from '../../src/serviceOrder/advance.ts';
import type { RecoveryPolicy } from '../../src/serviceOrder/recovery.ts';
import {
  beginServiceOrder,
  type ServiceOrderCommand,
  type ServiceOrderEvent,
  type ServiceOrderRun,
} from '../../src/serviceOrder/run.ts';
import { row } from './policyRow.ts';

/** A service order of its own has several items: one reducer, edges and policies across them. */

const policy: RecoveryPolicy = {
  retry: { attempts: 3, fromMs: 10, upToMs: 100 },
  outage: { fromMs: 10, upToMs: 100 },
  reports: { withinMs: 1_000, pollMs: 100 },
};
const apply = (id: string, after: readonly string[] = [], more: Partial<CompactStep> = {}): CompactStep => ({
  ...{ id, system: id, verb: 'apply', after },
  ...more,
});
const revoke = (id: string): CompactStep => ({ id, system: id, verb: 'revoke', after: [] });
const done = (step: string, changed: readonly string[] = []): ServiceOrderEvent => ({
  ...{ type: 'StepReported', step, jitter: 0 },
  report: { type: 'done', changed },
});
const refused = (step: string): ServiceOrderEvent => ({
  ...{ type: 'StepReported', step, jitter: 0 },
  report: { type: 'failed', class: 'refused', code: 'full' },
});

/** The commands of the last event. */
function after(plan: readonly CompactStep[], events: readonly ServiceOrderEvent[], given = policy) {
  let run: ServiceOrderRun = beginServiceOrder('modify', plan, given, []);
  let commands: readonly ServiceOrderCommand[] = [];
  for (const event of [{ type: 'Begun' } as const, ...events]) ({ run, commands } = advance(run, event));
  return commands.map((command) => ('step' in command ? `${command.type} ${command.step}` : command.type));
}

test('a step of one item waits for a step of another', () => {
  const plan = [apply('1/route', ['2/line']), apply('2/line')];
  expect(after(plan, [])).toEqual(['attemptStep 2/line']);
  expect(after(plan, [done('2/line')])).toEqual(['attemptStep 1/route']);
});

test('a name that changed for one item makes no step of another necessary', () => {
  const read = { ifChanged: ['2/reliesOn.access.vlan'] };
  const plan = [apply('1/line'), apply('2/route', ['1/line'], read)];
  expect(after(plan, [done('1/line', ['1/reliesOn.access.vlan'])])).toEqual(['settleServiceOrder']);
  expect(after(plan, [done('1/line', ['2/reliesOn.access.vlan'])])).toEqual(['attemptStep 2/route']);
});

test('a refusal in one item takes all items back, what builds upon others first', () => {
  const plan = [apply('1/line'), apply('2/prefix', ['1/line']), apply('2/route', ['2/prefix'])];
  const events = [done('1/line'), done('2/prefix'), refused('2/route')];
  expect(after(plan, events)).toEqual(['recordServiceOrder', 'undoStep 2/route', 'reportFailing']);
  expect(after(plan, [...events, done('2/route')])).toEqual(['undoStep 2/prefix']);
  expect(after(plan, [...events, done('2/route'), done('2/prefix')])).toEqual(['undoStep 1/line']);
});

test('what one item takes away waits until every other item is built', () => {
  const plan = [revoke('1/line'), apply('2/line')];
  expect(after(plan, [])).toEqual(['attemptStep 2/line']);
  expect(after(plan, [done('2/line')])).toEqual(['reportReady']);
  expect(after(plan, [done('2/line'), { type: 'Released' }])).toEqual(['attemptStep 1/line']);
});

test('each item is recovered by the rows of its own specification', () => {
  const byItem = {
    specifications: { '1': 'plain', '2': 'careful' },
    rows: { careful: [row('hold', { class: 'refused' as const })] },
  };
  const plan = [apply('1/line'), apply('2/line')];
  expect(after(plan, [refused('2/line')], { ...policy, byItem })).toContain('recordServiceOrder');
  expect(after(plan, [done('2/line'), refused('1/line')], { ...policy, byItem })).toContain(
    'undoStep 1/line',
  );
});
