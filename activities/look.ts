import type { Database } from '../drizzle/client.ts';
import { findSystem } from '../drizzle/systemDesk.ts';
import type { ActivationAdapter } from '../src/activation/adapter.ts';
import type { Look } from '../src/activation/evidence.ts';
import { reasonOf } from '../src/kernel/reason.ts';

interface LookDeps {
  readonly db: Database;
  /** Bounded: a person waits for the answer. */
  readonly adapterFor: (adapter: string, address: string) => ActivationAdapter;
}

/** What a system shows of an object now, for a person's eye: nothing leaves for one that is paused or away. */
export const createLook =
  ({ db, adapterFor }: LookDeps) =>
  async (system: string, object: string): Promise<Look> => {
    const found = await findSystem(db, system);
    if (found === undefined) return unavailable(`there is no system ${system}`);
    if (found.paused) return unavailable(`${system} is paused by an operator: ${found.pausedWhy ?? ''}`);
    if (found.breaker.state === 'open') return unavailable(`${system} does not answer`);
    try {
      // A look has no key and expects nothing: both are for writes.
      const call = {
        key: '',
        object,
        values: {},
        expect: 'absent',
        correlationId: `look.${system}`,
      } as const;
      return await adapterFor(found.adapter, found.address).read(call, new AbortController().signal);
    } catch (error) {
      return unavailable(`${system} could not be looked at: ${reasonOf(error)}`);
    }
  };

const unavailable = (message: string): Look => ({ type: 'unavailable', message });
