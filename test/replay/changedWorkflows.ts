import { sleep } from '@temporalio/workflow';
import type { OrderIdentity, ServiceOrderInput, ServiceOrderResult } from '../../workflows/messages.ts';
import { productOrder as order, type OrderOutcome } from '../../workflows/productOrder.ts';
import { serviceOrder as service } from '../../workflows/serviceOrder.ts';

/** The workflows as somebody might change them while orders are running. */

export async function productOrder(identity: OrderIdentity): Promise<OrderOutcome> {
  await sleep('1s');
  return order(identity);
}

/** Takes the steps of a service in the opposite order. */
export function serviceOrder(input: ServiceOrderInput): Promise<ServiceOrderResult> {
  const [last, first] = input.steps ?? [];
  const swapped = [first, last].flatMap((step) => step ?? []);
  const steps = swapped.map((step, index) => ({
    ...step,
    after: swapped.slice(0, index).map(({ id }) => id),
  }));
  return service({ ...input, steps });
}
