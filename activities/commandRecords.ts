import { withTenant } from '../drizzle/client.ts';
import { pastReturnOf } from '../drizzle/pastReturn.ts';
import type { ActivityDeps } from './deps.ts';

/** What a run has to look up, or to write down, to answer a person. */
export const createCommandRecords = ({ db }: ActivityDeps) => ({
  /** Which service orders of a product order are past their point of no return. */
  readPastReturn: (tenant: string, orderId: string): Promise<readonly string[]> =>
    withTenant(db, tenant, (tx) => pastReturnOf(tx, tenant, orderId)),
});
