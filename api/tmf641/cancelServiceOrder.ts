import { z } from '@hono/zod-openapi';
import type { CancelTaskState } from '../../src/order/cancelTask.ts';
import { fitting } from '../body.ts';
import type { CancelContract } from '../cancelling/contract.ts';
import { cancelRoutes } from '../cancelling/routes.ts';
import { answeredCancel, answeredReference, askedOfCancel, orderReference } from '../cancelling/schema.ts';
import type { ApiDeps } from '../deps.ts';

/** TMF641 calls accepted what TMF622 calls acknowledged: taken, and nothing more. */
const stateToTmf = {
  acknowledged: 'accepted',
  inProgress: 'inProgress',
  done: 'done',
  terminatedWithError: 'terminatedWithError',
} as const satisfies Record<CancelTaskState, string>;

const asked = z
  .strictObject({ serviceOrder: orderReference, ...askedOfCancel })
  .openapi('CancelServiceOrder_Create');

export const cancelServiceOrderSchema = answeredCancel
  .extend({ state: z.enum(stateToTmf), serviceOrder: answeredReference })
  .openapi('CancelServiceOrder');

export const cancelServiceOrder: CancelContract = {
  ...{ tag: 'TMF641 Service Ordering', kind: 'serviceOrder' },
  ...{ name: 'cancelServiceOrder', type: 'CancelServiceOrder' },
  ...{ stateToTmf, asked, answered: cancelServiceOrderSchema },
  read(body) {
    const { serviceOrder: order, ...rest } = fitting(asked, body);
    return { order, ...rest };
  },
};

export const cancelServiceOrderRoutes = (deps: ApiDeps) => cancelRoutes(cancelServiceOrder, deps);
