import { z } from '@hono/zod-openapi';
import type { SystemOverview } from '../../drizzle/systemDesk.ts';
import { adapterNames } from '../../src/activation/adapter.ts';
import { breakerStates } from '../../src/activation/breaker.ts';
import { systemPattern } from '../../src/kernel/ids.ts';
import type { Json, JsonObject } from '../../src/kernel/json.ts';
import { dateTime, present } from '../resource.ts';

const limits = z.strictObject({
  callsPerSecond: z.number().min(0.01).max(10_000).exactOptional(),
  concurrency: z.int().min(1).max(1_000).exactOptional(),
});
/** One that had limits keeps its queue, and shows none; an operator takes them away by `null`. */
const someLimits = limits.refine(
  (given) => Object.keys(given).length > 0,
  'limits name callsPerSecond, concurrency or both; null is for none',
);
const isPlain = (given: string): boolean => {
  if (!URL.canParse(given)) return true;
  const { username, password, search, hash } = new URL(given);
  return [username, password, search, hash].every((part) => part === '');
};
const address = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .max(2_048)
  .refine(isPlain, 'must hold no credentials, query or fragment')
  .transform((url) => url.replace(/\/+$/, ''));
/** As Standard Webhooks write secrets: any other would verify nothing, and too short a one could be guessed. */
const callbackSecret = z
  .string()
  .min(24)
  .max(255)
  .regex(/^(whsec_)?[A-Za-z0-9+/]+={0,2}$/, 'a secret is base64, perhaps after whsec_');

export const newSystemSchema = z
  .strictObject({
    name: z.string().regex(systemPattern, 'a name has 1 to 64 characters of A-Z a-z 0-9 _ -'),
    adapter: z.enum(adapterNames),
    address,
    limits: someLimits.nullable().exactOptional(),
    callbackSecret: callbackSecret.nullable().exactOptional(),
  })
  .openapi('NewSystem');

export const systemChangeSchema = z
  .strictObject({
    address: address.exactOptional(),
    limits: someLimits.nullable().exactOptional(),
    callbackSecret: callbackSecret.nullable().exactOptional(),
  })
  .openapi('SystemChange');

export const pauseSchema = z.strictObject({ reason: z.string().trim().min(1).max(1_000) }).openapi('Pause');

export const systemSchema = z
  .object({
    name: z.string(),
    adapter: z.string(),
    address: z.string(),
    limits: limits.optional(),
    paused: z.boolean(),
    pausedWhy: z.string().optional(),
    hasCallbackSecret: z.boolean(),
    breaker: z.object({
      state: z.enum(breakerStates),
      failures: z.int(),
      since: z.string().optional(),
      until: z.string().optional(),
      lastError: z.string().optional(),
    }),
  })
  .openapi('System');

/** Everything but the secret, which nobody reads again. */
export const systemView = ({ limits: given, breaker, ...rest }: SystemOverview): JsonObject =>
  present({
    ...rest,
    limits: given as Json,
    breaker: present({
      state: breaker.state,
      failures: breaker.failures,
      since: dateTime(breaker.since),
      until: dateTime(breaker.until),
      lastError: breaker.lastError,
    }),
  });
