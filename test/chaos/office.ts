import type { Client } from '../support/clientOf.ts';
import type { Asking } from './asking.ts';
import type { Terminator } from './terminator.ts';
import type { Acknowledged } from './traffic.ts';

/** What people see and reach. */
export interface Office extends Pick<Asking, 'ask' | 'list' | 'draw' | 'count'> {
  readonly acknowledged: readonly Acknowledged[];
  /** Service orders of their own. */
  readonly acknowledgedServiceOrders: readonly Acknowledged[];
  readonly client: Client;
  readonly terminator: Terminator;
}

export type Deed = (office: Office) => Promise<void>;

export const reason = 'a person of the chaos run';
