import type { CompactServiceOrder, CompactStep } from '../../src/decomposition/plan.ts';
import { assert } from '../../src/kernel/assert.ts';
import { errorClasses } from '../../src/serviceOrder/recovery.ts';
import type { Draw } from '../kernel/random.ts';
import { apply, doneWith, failedBy, final, optional, revoke } from '../serviceOrder/driver.ts';
import { row } from '../serviceOrder/policyRow.ts';
import { begin, type Circumstances, sketch } from './driver.ts';
import type { Ending } from './network.ts';
import { beginWorld, happen, nextIn, type Pending, type World } from './world.ts';

const actions = ['add', 'modify', 'delete'] as const;

/** Whatever is not drawn is as simple as can be: so a failing run shrinks to the few choices that matter. */
function drawFromList(choices: readonly number[]): Draw {
  let next = 0;
  return (below) => (choices[next++] ?? 0) % below;
}

/** Parts 2 and 3 of the bundle 1; 3 is optional. 4 and 5 are on their own. */
const parents = { item2: 'item1', item3: 'item1' };
const optionalItems: readonly string[] = ['item3'];

/** Up to six service orders of up to three steps, each after some before it of its own direction. */
function drawPlan(draw: Draw): CompactServiceOrder[] {
  const plan: CompactServiceOrder[] = [];
  const size = draw(7);
  for (let index = 0; index < size; index++) {
    const action = actions[[0, 0, 0, 0, 1, 1, 2][draw(7)] ?? 0] ?? 'add';
    const alike = plan.filter(
      (other) => (other.action === 'delete') === (action === 'delete') && draw(3) === 1,
    );
    const after = alike.map(({ id }) => id);
    const isPatient = action === 'modify' && draw(2) === 1;
    const item = `item${1 + draw(5)}`;
    plan.push(
      sketch(`s${index}`, {
        item,
        action,
        after,
        reliesOn: action === 'delete' ? {} : Object.fromEntries(after.map((id) => [id, id])),
        skippable: isPatient,
        steps: drawSteps(draw, action, isPatient ? after : undefined),
        optional: optionalItems.includes(item) || draw(5) === 1,
        ...(draw(3) === 1 && { recovery }),
      }),
    );
  }
  return plan;
}

const recovery = [
  row('skip', { class: 'transient' as const }),
  row('skip', { class: 'refused' as const, code: 'why' }),
  row('undo', { class: 'conflict' as const }),
  row('undo', { class: 'invalid' as const, retry: { attempts: 2, fromMs: 1, upToMs: 2 } }),
];

function drawSteps(
  draw: Draw,
  action: (typeof actions)[number],
  waitsOn: readonly string[] | undefined,
): CompactStep[] {
  const size = draw(4);
  const revokes = action === 'delete' ? size : action === 'modify' && !waitsOn ? draw(size + 1) : 0;
  const names = Array.from({ length: size }, (_, index) => `1/${index}${draw(2) === 1 ? '+' : ''}`);
  return names.map((name, index) => {
    const isFirst = index === 0 || index === size - revokes;
    const after = !isFirst && draw(2) === 1 ? names.slice(index - 1, index) : [];
    if (index >= size - revokes) return revoke(name, after);
    const read = waitsOn
      ?.filter(() => draw(2) === 0)
      .map((id) => `reliesOn.${id}.${draw(2) === 0 ? `r${id}` : 'other'}`);
    const step = apply(name, after, read);
    return draw(8) === 1 ? final(step) : draw(5) === 1 ? optional(step) : step;
  });
}

function drawEnding(draw: Draw, outages: () => boolean): Ending {
  if (draw(6) !== 1) return { report: doneWith(), effect: true };
  const errorClass = errorClasses[draw(2) === 1 ? 3 : draw(errorClasses.length)] ?? 'unknown';
  const isEndless = errorClass === 'ours' || errorClass === 'unavailable';
  if (isEndless && !outages()) return { report: doneWith(), effect: true };
  const mayHave = ['inDoubt', 'ours', 'unknown', 'lied'].includes(errorClass);
  return { report: failedBy(errorClass), effect: mayHave && draw(2) === 1 };
}

function drawCircumstances(draw: Draw): Circumstances {
  return {
    onFailure: draw(2) === 1 ? 'bestEffort' : 'allOrNothing',
    window: [200, 1, 2, 3][draw(4)] ?? 200,
    parents,
    bundles: draw(3) === 1 ? ['item6'] : [],
  };
}

/** Runs one order to its end, as these choices have it. */
export function drive(
  choices: readonly number[],
  watch: (world: World) => void = () => undefined,
  also: readonly Pending[] = [],
): World {
  const draw = drawFromList(choices);
  const begun = beginWorld(begin(drawPlan(draw), drawCircumstances(draw)));
  let world: World = { ...begun, pending: [...begun.pending, ...also] };
  let outages = 0;
  while (world.pending.length > 0) {
    const next = nextIn(world);
    const index = next[draw(next.length)];
    assert(index !== undefined, 'something may be the next to happen');
    const ending = drawEnding(draw, () => outages++ < 30);
    watch({ ...world, pending: [world.pending[index] as Pending], ending } as World);
    world = happen(world, index, ending, draw(100) / 100);
  }
  return world;
}
