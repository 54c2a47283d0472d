import type { Draw } from '../kernel/random.ts';
import { drawFrom } from '../kernel/random.ts';
import { drawFromList, drive, type Watch } from '../order/drawn.ts';
import type { World } from '../order/pending.ts';

/** What one run came to: how the order ended, or which law it broke. */
export type Verdict =
  | { readonly type: 'held'; readonly end: World['order']['state']; readonly events: number }
  | { readonly type: 'violated'; readonly law: string; readonly at: string };

export const runSeed = (seed: number, watch?: Watch): Verdict => judged(drawFrom(seed), watch);

export const runChoices = (choices: readonly number[], watch?: Watch): Verdict =>
  judged(drawFromList(choices), watch);

function judged(draw: Draw, watch?: Watch): Verdict {
  let events = 0;
  try {
    const world = drive(draw, (...seen) => {
      events += 1;
      watch?.(...seen);
    });
    return { type: 'held', end: world.order.state, events };
  } catch (error) {
    const { message, stack = '' } = error as Error;
    return { type: 'violated', law: message, at: stack };
  }
}

/** Every choice that the seed leads to, so that a failing run can be made smaller. */
export function choicesOf(seed: number): number[] {
  const choices: number[] = [];
  const draw = drawFrom(seed);
  const recorded: Draw = (below) => {
    const choice = draw(below);
    choices.push(choice);
    return choice;
  };
  judged(recorded);
  return choices;
}
