import type { Context } from 'hono';
import type { Logger } from 'pino';
import type { Call } from '../drizzle/callbackStore.ts';
import type { Database } from '../drizzle/client.ts';
import type { ServiceOrderRead } from '../drizzle/reads/serviceOrders.ts';
import type { Look } from '../src/activation/evidence.ts';
import type { Config } from '../src/config.ts';
import type { Order } from '../src/order/order.ts';
import type { OperatorDoor } from '../workflows/client.ts';

/** What the boundary needs from outside. */
export interface ApiDeps {
  readonly db: Database;
  readonly config: Pick<
    Config,
    'bodyLimitBytes' | 'pageSizeDefault' | 'pageSizeMax' | 'planServiceItemsMax' | 'dispatchDelayMs'
  > & {
    /** Where clients reach this API, without a slash at the end; else the address each of them asked for. */
    readonly publicUrl?: string;
  };
  readonly log: Logger;
  readonly clock: () => Date;
  readonly newOrderId: () => string;
  /** Unawaited and bounded: the relay starts what this does not. */
  readonly startOrder: (tenant: string, order: Order) => void;
  /** The same for a service order that was posted by itself. */
  readonly startServiceOrder: (tenant: string, order: ServiceOrderRead) => void;
  /** Unawaited and bounded: the relay delivers what this does not. */
  readonly deliverCallback: (call: Call) => void;
  /** An operator's commands, on their way to the workflows. */
  readonly operate: OperatorDoor;
  /** What a system shows of an object now; answers within seconds, whatever the system does. */
  readonly look: (system: string, object: string) => Promise<Look>;
  /** Tests end the process here; otherwise it does nothing. */
  readonly failpoint?: (name: string) => void;
  /** True, or why not. */
  readonly temporalReachable: () => boolean | string;
  readonly schemaIsCurrent: () => Promise<boolean>;
}

export interface Env {
  readonly Variables: { readonly requestId: string };
}
export type ApiContext = Context<Env>;
