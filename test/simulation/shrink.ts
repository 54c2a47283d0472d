/**
 * Makes a failing list of choices smaller while it still fails: takes out service orders, steps and faults by
 * cutting runs of choices, then lowers what is left. A choice that is not made is the simplest there is.
 */
export function shrink(
  choices: readonly number[],
  fails: (choices: readonly number[]) => boolean,
  triesMax = 20_000,
): readonly number[] {
  let best = choices;
  let tries = 0;
  const better = (candidate: readonly number[]): boolean => {
    if (tries >= triesMax) return false;
    tries += 1;
    if (!fails(candidate)) return false;
    best = candidate;
    return true;
  };
  for (let moved = true; moved && tries < triesMax; ) {
    moved = cut(() => best, better) || lower(() => best, better);
  }
  return best;
}

type Better = (candidate: readonly number[]) => boolean;

function cut(best: () => readonly number[], better: Better): boolean {
  let moved = false;
  for (let size = Math.ceil(best().length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = best().length - size; from >= 0; from -= size) {
      const now = best();
      if (better([...now.slice(0, from), ...now.slice(from + size)])) moved = true;
    }
  }
  return moved;
}

function lower(best: () => readonly number[], better: Better): boolean {
  let moved = false;
  for (let index = best().length - 1; index >= 0; index -= 1) {
    const value = best()[index] ?? 0;
    for (const simpler of [0, 1, value >> 1, value - 1]) {
      if (simpler < 0 || simpler >= value) continue;
      if (better(best().map((choice, other) => (other === index ? simpler : choice)))) {
        moved = true;
        break;
      }
    }
  }
  return moved;
}
