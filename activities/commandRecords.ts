import type { CommandedOrder } from '../drizzle/auditStore.ts';
import { withTenant } from '../drizzle/client.ts';
import { pastReturnOf } from '../drizzle/pastReturn.ts';
import { refuseWebUiAbort } from '../drizzle/webUiAbort.ts';
import type { ActivityDeps } from './deps.ts';

/** What a run has to look up, or to write down, to answer a person. */
export const createCommandRecords = ({ db }: ActivityDeps) => ({
  /** Which service orders of a product order are past their point of no return. */
  readPastReturn: (tenant: string, orderId: string): Promise<readonly string[]> =>
    withTenant(db, tenant, (tx) => pastReturnOf(tx, tenant, orderId)),

  /** An abort from the Temporal Web UI that comes to nothing; told again it is the same. */
  refuseFromWebUi: (
    tenant: string,
    commanded: CommandedOrder,
    audit: string,
    why?: { readonly code: string; readonly message: string },
  ): Promise<void> => withTenant(db, tenant, (tx) => refuseWebUiAbort(tx, tenant, commanded, audit, why)),
});
