import { assert } from '../../src/kernel/assert.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { serviceOrderMachine } from '../../src/serviceOrder/machine.ts';
import { needsOf } from '../../src/serviceOrder/needs.ts';
import type { World } from './pending.ts';

/** What a step of a service order needs a person for is known to its order, whatever else moves, and nothing else is. */
export function checkNeeds({ order, children, pending }: World): void {
  for (const [id, run] of Object.entries(children)) {
    if (isFinal(serviceOrderMachine, run.state) || pending.some(({ lane }) => lane === `from ${id}`))
      continue;
    const known = order.children[id]?.needs ?? [];
    const wordsOf = (needs: typeof known) => needs.map(({ reason }) => reason).join('; ');
    assert(
      wordsOf(known) === wordsOf(needsOf(run)),
      `${id}: its order knows of "${wordsOf(known)}", not of "${wordsOf(needsOf(run))}"`,
    );
  }
}
