import type { CompactPlan, CompactServiceOrder, CompactStep } from '../../src/decomposition/plan.ts';
import { rowsOf } from '../../src/serviceOrder/recovery.ts';
import type { Fault } from '../order/hands.ts';
import type { Pending, World } from '../order/pending.ts';
import { runChoices, runSeed, type Verdict } from './schedule.ts';

/** A run in words: what was ordered, and what happened one after the other. */
export function storyOf(run: { readonly seed: number } | { readonly choices: readonly number[] }): string {
  const lines: string[] = [];
  const watch = (world: World, next: Pending, fault: Fault) => {
    if (lines.length === 0) lines.push(...planLines(world));
    lines.push(eventLine(next, fault));
  };
  const verdict: Verdict = 'seed' in run ? runSeed(run.seed, watch) : runChoices(run.choices, watch);
  lines.push(verdict.type === 'held' ? `ended ${verdict.end}` : `VIOLATED: ${verdict.law}`);
  return lines.join('\n');
}

function planLines({ order }: World): string[] {
  const { plan, parents } = order;
  const { openChildrenMax } = plan.settings;
  return [
    `order: ${plan.onFailure}, window ${openChildrenMax}, parts ${JSON.stringify(parents)}`,
    ...plan.serviceOrders.map((one) => serviceOrderLine(one, plan.recovery)),
  ];
}

const serviceOrderLine = (one: CompactServiceOrder, recovery: CompactPlan['recovery']): string =>
  [
    `  ${one.id}: ${one.action} of ${one.item}`,
    one.after.length > 0 && `after ${one.after.join(' ')}`,
    one.optional && 'optional',
    one.skippable && 'skippable',
    rowsOf(recovery, one.specification) && 'own policy',
    `steps [${(one.steps ?? []).map(stepText).join(', ')}]`,
  ]
    .filter((part) => typeof part === 'string')
    .join(', ');

const stepText = ({ id, verb, after, ifChanged, optional, pointOfNoReturn }: CompactStep): string =>
  [
    `${verb} ${id}`,
    after.length > 0 && `after ${after.join(' ')}`,
    ifChanged && `if changed ${ifChanged.join(' ')}`,
    optional && 'optional',
    pointOfNoReturn && 'point of no return',
  ]
    .filter((part) => typeof part === 'string')
    .join(' ');

export function eventLine(
  { what, id, step, detail, outcome, unheard, command, against }: Pending,
  fault: Fault,
): string {
  const subject = [what, id, step, command, against && 'against', outcome, detail].filter(
    (part) => part !== undefined && part !== '',
  );
  const isCall = what === 'do' || what === 'undo' || what === 'call';
  const late = unheard ? ' (nobody waits for it)' : '';
  return `  ${subject.join(' ')}${late}${isCall ? `: ${Object.values(fault).join(' ')}` : ''}`;
}
