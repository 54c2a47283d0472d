import { z } from '@hono/zod-openapi';
import type { CancelTaskState } from '../../src/order/cancelTask.ts';
import { fitting } from '../body.ts';
import type { CancelContract } from '../cancelling/contract.ts';
import { cancelRoutes } from '../cancelling/routes.ts';
import { answeredCancel, answeredReference, askedOfCancel, orderReference } from '../cancelling/schema.ts';
import type { ApiDeps } from '../deps.ts';

const stateToTmf = {
  acknowledged: 'acknowledged',
  inProgress: 'inProgress',
  done: 'done',
  terminatedWithError: 'terminatedWithError',
} as const satisfies Record<CancelTaskState, string>;

const asked = z
  .strictObject({ productOrder: orderReference, ...askedOfCancel })
  .openapi('CancelProductOrder_Create');

export const cancelProductOrderSchema = answeredCancel
  .extend({ state: z.enum(stateToTmf), productOrder: answeredReference })
  .openapi('CancelProductOrder');

export const cancelProductOrder: CancelContract = {
  ...{ tag: 'TMF622 Product Ordering', kind: 'productOrder' },
  ...{ name: 'cancelProductOrder', type: 'CancelProductOrder' },
  ...{ stateToTmf, asked, answered: cancelProductOrderSchema },
  read(body) {
    const { productOrder: order, ...rest } = fitting(asked, body);
    return { order, ...rest };
  },
};

export const cancelProductOrderRoutes = (deps: ApiDeps) => cancelRoutes(cancelProductOrder, deps);
