import type { ServiceOrderState } from '../serviceOrder/machine.ts';

/** What a cancel is refused for at once, before anything of it is stored. */
export const cancelRefusalTypes = [
  'ResourceUnknown',
  'ServiceOrderOfProductOrder',
  'OrderOver',
  'ServiceOrderOver',
  'CancelOpen',
] as const;

export interface CancelRefusal {
  readonly type: (typeof cancelRefusalTypes)[number];
  readonly message: string;
}

/** The order that is to be cancelled, as its locked row says. */
export interface CancelTarget {
  readonly kind: 'productOrder' | 'serviceOrder';
  readonly id: string;
  readonly state: ServiceOrderState;
  readonly isOver: boolean;
  /** Whose service order it is. */
  readonly productOrder: string | null;
  /** A cancel of it that is still open. */
  readonly openTask: string | undefined;
}

/** Why the order cannot be asked to cancel; whether it still can is for its run to decide. */
export function refusalOfCancel(target: CancelTarget | undefined): CancelRefusal | undefined {
  if (target === undefined) return { type: 'ResourceUnknown', message: 'there is no such order' };
  const { kind, id, state, isOver, productOrder, openTask } = target;
  if (productOrder !== null) {
    const message = `it belongs to the product order ${productOrder}: cancel that one`;
    return { type: 'ServiceOrderOfProductOrder', message };
  }
  if (isOver && kind === 'serviceOrder')
    return { type: 'ServiceOrderOver', message: `the service order ${id} is ${state}` };
  if (isOver) return { type: 'OrderOver', message: `the order ${id} is ${state}` };
  if (openTask !== undefined)
    return { type: 'CancelOpen', message: `the task ${openTask} asks for it already` };
  return undefined;
}
