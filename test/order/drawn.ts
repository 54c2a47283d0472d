import type { CompactStep } from '../../src/decomposition/plan.ts';
import { assert, must } from '../../src/kernel/assert.ts';
import type { OrderRun } from '../../src/order/run.ts';
import { reportOverdue } from '../../src/serviceOrder/recovery.ts';
import type { Draw } from '../kernel/random.ts';
import { apply, final, optional, revoke } from '../serviceOrder/driver.ts';
import { row } from '../serviceOrder/policyRow.ts';
import { begin, type Circumstances, sketch, type Sketched } from './driver.ts';
import { drawOrder } from './drawnOrder.ts';
import { type Acts, actNow, answer, isOpen, isPatient, temperOf } from './drawnPeople.ts';
import { type Fault, noFault, type Takes } from './hands.ts';
import { isUnheard, nextIn, type Pending, soon, type World } from './pending.ts';
import { beginWorld, happen } from './world.ts';

const actions = ['add', 'modify', 'delete'] as const;

/** Whatever is not drawn is as simple as can be: so a failing run shrinks to the few choices that matter. */
export function drawFromList(choices: readonly number[]): Draw {
  let next = 0;
  return (below) => (choices[next++] ?? 0) % below;
}

/** Parts 2 and 3 of the bundle 1; 3 is optional. 4 and 5 are on their own. */
const parents = { item2: 'item1', item3: 'item1' };
const optionalItems: readonly string[] = ['item3'];

/** Up to six service orders of up to three steps, each after some before it of its own direction. */
function drawPlan(draw: Draw, size: number): Sketched[] {
  const plan: Sketched[] = [];
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
        // Of three services of an optional part, its product can do without one.
        ...(optionalItems.includes(item) && index % 3 !== 2 && { optionalWith: item }),
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
  row('undo', { code: reportOverdue }),
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

const definite = ['refused', 'invalid', 'conflict', 'drift'] as const;

/** One attempt in `rate` is not simply done; a third of those are refused, which is what sends an order back. */
function drawFault(draw: Draw, rate: number, mayLast: () => boolean): Fault {
  if (draw(rate) !== 1) return noFault;
  const kind = draw(6);
  if (kind === 1 || kind === 2) return { type: 'refuses', class: 'refused' };
  if (kind === 3) return drawTaking(draw);
  switch (draw(9)) {
    case 0:
      return { type: 'slow' };
    case 1:
      return { type: 'refuses', class: definite[draw(4)] ?? 'refused' };
    case 2:
      return { type: 'cannotNow', class: draw(2) === 1 ? 'throttled' : 'transient' };
    case 3:
      return { type: 'noAnswer', effect: (['none', 'now', 'late'] as const)[draw(3)] ?? 'none' };
    case 4:
      return { type: 'lies', how: draw(2) === 1 ? 'otherValues' : 'nothing' };
    case 5:
      return mayLast() ? { type: 'cannotNow', class: 'unavailable' } : noFault;
    case 6:
      return mayLast()
        ? { type: 'away', how: (['waits', 'notSent', 'noAnswer'] as const)[draw(3)] ?? 'waits' }
        : noFault;
    default:
      return mayLast() ? drawLoss(draw) : noFault;
  }
}

const drawTaking = (draw: Draw): Takes => ({
  type: 'takes',
  heard: draw(4) !== 1,
  later: (['done', 'done', 'refused', 'never'] as const)[draw(4)] ?? 'done',
  early: draw(3),
  late: draw(3),
});

const drawLoss = (draw: Draw): Fault => ({
  type: 'workerLost',
  class: draw(6) === 1 ? 'unknown' : 'ours',
  when: (['beforeNote', 'afterNote', 'afterCall'] as const)[draw(3)] ?? 'beforeNote',
  goesOn: draw(2) === 1,
});

function drawCircumstances(draw: Draw): Circumstances {
  return {
    onFailure: draw(2) === 1 ? 'bestEffort' : 'allOrNothing',
    window: [200, 1, 2, 3][draw(4)] ?? 200,
    parents,
    bundles: draw(3) === 1 ? ['item6'] : [],
  };
}

/** What nobody waits for mostly comes late, when it does most harm. */
function nextOf(world: World, draw: Draw): readonly number[] {
  const next = nextIn(world);
  if (!world.pending.some(isUnheard) || draw(6) === 1) return next;
  const awaited = next.filter((index) => !isUnheard(must(world.pending[index], 'what is next')));
  return awaited.length > 0 ? awaited : next;
}

const sizes = 7;
const kinds = ['sketched', 'sketched', 'decomposed', 'sketched'] as const;

/**
 * One order of four is decomposed from a drawn catalogue. Size and kind are one choice, since the kind came later:
 * the seeds of sketched orders mean what they meant before.
 */
function drawOrderOfEitherKind(draw: Draw): OrderRun {
  const first = draw(sizes * kinds.length);
  if (kinds[Math.floor(first / sizes)] === 'decomposed') return drawOrder(draw);
  return begin(drawPlan(draw, first % sizes), drawCircumstances(draw));
}

export type Watch = (world: World, next: Pending, fault: Fault) => void;

const never = -1;

/** Runs one order to its end, as these choices have it. */
export function drive(draw: Draw, watch: Watch = () => undefined): World {
  let world = beginWorld(drawOrderOfEitherKind(draw));
  const drawn = draw(128);
  const pace = drawn % 16;
  const rate = [6, 3, 4, 12][pace % 4] ?? 6;
  let acts: Acts = { temper: temperOf(Math.floor(drawn / 16)), count: 0, answers: 0 };
  // In one run of four a person wants all back, after so many events or once nothing moves any more.
  let abortIn = pace < 12 ? never : draw(24);
  let outages = 0;
  for (;;) {
    const isDue = abortIn === 0 || (abortIn > 0 && world.pending.length === 0);
    if (isDue && isOpen(world)) world = soon(world, { what: 'abort', id: '' });
    abortIn = isDue ? never : Math.max(never, abortIn - 1);
    const act = isOpen(world) ? actNow(world, draw, acts) : undefined;
    if (act) {
      world = soon(world, act);
      acts = { ...acts, count: acts.count + 1 };
    }
    if (world.pending.length === 0) {
      if (!isOpen(world)) return world;
      world = soon(world, answer(world, draw, acts));
      acts = { ...acts, answers: acts.answers + 1 };
    }
    const next = nextOf(world, draw);
    const index = next[draw(next.length)];
    assert(index !== undefined, 'something may be the next to happen');
    const pending = must(world.pending[index], 'what is next');
    const isAttempt = pending.what === 'do' || pending.what === 'undo' || pending.what === 'call';
    const mayFail = isAttempt && isPatient(acts);
    const fault = mayFail ? drawFault(draw, rate, () => outages++ < 30) : noFault;
    watch(world, pending, fault);
    world = happen(world, index, fault, isAttempt ? draw(100) / 100 : 0);
  }
}
