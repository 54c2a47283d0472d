import { must } from '../../src/kernel/assert.ts';
import type { Draw } from '../kernel/random.ts';

/** One of them, each as often as its weight says. */
export function drawWeighted<T>(draw: Draw, choices: readonly (readonly [choice: T, weight: number])[]): T {
  let left = draw(choices.reduce((sum, [, weight]) => sum + weight, 0));
  for (const [choice, weight] of choices) {
    left -= weight;
    if (left < 0) return choice;
  }
  return must(choices[0], 'a choice')[0];
}

/** Any of them, undefined where there is none. */
export const drawOne = <T>(draw: Draw, among: readonly T[]): T | undefined =>
  among[draw(Math.max(1, among.length))];
