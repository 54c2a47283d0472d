import { z } from '@hono/zod-openapi';
import { addressed, extension, instant, name, text } from '../contract.ts';

/** A wish to cancel is read strictly: an attribute that is passed over could have meant less than the whole order. */
export const orderReference = z.strictObject({
  id: name,
  href: text.exactOptional(),
  name: text.exactOptional(),
  '@referredType': text.exactOptional(),
  ...extension,
});

/** What both contracts let a client say beside which order it means. */
export const askedOfCancel = {
  cancellationReason: text.exactOptional(),
  requestedCancellationDate: instant.exactOptional(),
  ...extension,
};

export type OrderReference = z.output<typeof orderReference>;

/** A wish to cancel in our words. */
export interface AskedCancel {
  readonly order: OrderReference;
  readonly cancellationReason?: string;
  readonly requestedCancellationDate?: string;
}

const errorMessage = z.object({
  code: z.string(),
  reason: z.string(),
  message: z.string().exactOptional(),
});

/** What both contracts answer beside order and state. */
export const answeredCancel = addressed.extend({
  '@type': z.string(),
  cancellationReason: z.string().exactOptional(),
  requestedCancellationDate: instant.exactOptional(),
  effectiveCancellationDate: instant.exactOptional(),
  completionMessage: z.string().exactOptional(),
  errorMessage: errorMessage.exactOptional(),
});

export const answeredReference = addressed.extend({ '@referredType': z.string() });
