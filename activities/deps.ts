import type { Logger } from 'pino';
import type { Database } from '../drizzle/client.ts';
import type { ActivationAdapter } from '../src/activation/adapter.ts';
import type { BreakerSettings } from '../src/activation/breaker.ts';
import type { PlanSettings } from '../src/decomposition/plan.ts';
import type { Places } from './places.ts';

/** What the hands need from outside. */
export interface ActivityDeps {
  readonly db: Database;
  readonly log: Logger;
  readonly planSettings: PlanSettings;
  readonly serviceItemsMax: number;
  readonly breaker: BreakerSettings;
  readonly places: Places;
  /** The adapter of that name for the system at that address. */
  readonly adapterFor: (adapter: string, address: string) => ActivationAdapter;
  /** Tests stop or kill the process here; otherwise it does nothing. */
  readonly failpoint: (name: string) => void;
}
