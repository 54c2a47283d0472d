import type { z } from '@hono/zod-openapi';
import type { CancelKind } from '../../drizzle/cancelStore.ts';
import type { CancelTaskState } from '../../src/order/cancelTask.ts';
import type { AskedCancel } from './schema.ts';

/** What one contract calls the wish to cancel an order, and how it is read there. */
export interface CancelContract {
  readonly tag: string;
  /** The order that is cancelled: also the name of its reference. */
  readonly kind: CancelKind;
  readonly name: 'cancelProductOrder' | 'cancelServiceOrder';
  readonly type: 'CancelProductOrder' | 'CancelServiceOrder';
  readonly stateToTmf: Readonly<Record<CancelTaskState, string>>;
  readonly asked: z.ZodType;
  readonly answered: z.ZodType;
  readonly read: (body: unknown) => AskedCancel;
}
