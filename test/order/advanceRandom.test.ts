import { expect, test } from 'vitest';
import type { CompactServiceOrder, CompactStep } from '../../src/decomposition/plan.ts';
import { assert } from '../../src/kernel/assert.ts';
import type { StepReport } from '../../src/serviceOrder/advance.ts';
import { errorClasses } from '../../src/serviceOrder/recovery.ts';
import { type Draw, forSeeds } from '../kernel/random.ts';
import { apply, doneWith, failedBy, revoke } from '../serviceOrder/driver.ts';
import { begin, sketch } from './driver.ts';
import { beginWorld, happen, type World } from './world.ts';

const actions = ['add', 'modify', 'delete'] as const;

/** Up to eight service orders of up to three steps, each after some before it of its own direction. */
function drawPlan(draw: Draw): CompactServiceOrder[] {
  const plan: CompactServiceOrder[] = [];
  const size = draw(9);
  for (let index = 0; index < size; index++) {
    const action = actions[draw(3)] ?? 'add';
    const alike = plan.filter(
      (other) => (other.action === 'delete') === (action === 'delete') && draw(3) === 0,
    );
    const after = alike.map(({ id }) => id);
    const isPatient = action === 'modify' && draw(2) === 0;
    plan.push(
      sketch(`s${index}`, {
        item: `item${draw(3)}`,
        action,
        after,
        reliesOn: action === 'delete' ? {} : Object.fromEntries(after.map((id) => [id, id])),
        skippable: isPatient,
        steps: drawSteps(draw, action, isPatient ? after : undefined),
      }),
    );
  }
  return plan;
}

function drawSteps(
  draw: Draw,
  action: (typeof actions)[number],
  waitsOn: readonly string[] | undefined,
): CompactStep[] {
  const size = draw(4);
  const revokes = action === 'delete' ? size : action === 'modify' && !waitsOn ? draw(size + 1) : 0;
  return Array.from({ length: size }, (_, index) => {
    const after = index > 0 && draw(2) === 0 && index !== size - revokes ? [`1/${index - 1}`] : [];
    if (index >= size - revokes) return revoke(`1/${index}`, after);
    const names = waitsOn
      ?.filter(() => draw(2) === 0)
      .map((id) => `reliesOn.${id}.${draw(2) === 0 ? `r${id}` : 'other'}`);
    return apply(`1/${index}`, after, names);
  });
}

function drawReport(draw: Draw, outages: () => boolean): StepReport {
  if (draw(8) > 0) return doneWith();
  const errorClass = errorClasses[draw(errorClasses.length)] ?? 'unknown';
  const isEndless = errorClass === 'ours' || errorClass === 'unavailable';
  return isEndless && !outages() ? doneWith() : failedBy(errorClass);
}

function drive(draw: Draw): World {
  const plan = drawPlan(draw);
  let world = beginWorld(begin(plan, { window: 1 + draw(4), bundles: ['bundle'] }));
  let outages = 0;
  while (world.pending.length > 0) {
    const report = drawReport(draw, () => outages++ < 30);
    world = happen(world, draw(world.pending.length), report, draw(100) / 100);
  }
  return world;
}

test('whatever happens in whatever order, an order ends completed or held, and builds and takes away in order', () => {
  const ends: Record<string, number> = {};
  forSeeds(10_000, (draw) => {
    const { state, children } = drive(draw).order;
    ends[state] = (ends[state] ?? 0) + 1;
    const anyHeld = Object.values(children).some((child) => child.state === 'held');
    assert((state === 'held') === anyHeld, 'an order is held because a service order is');
  });
  expect(Object.keys(ends).sort()).toEqual(['completed', 'held']);
  expect(Math.min(...Object.values(ends))).toBeGreaterThan(1_000);
});
