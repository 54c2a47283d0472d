import { z } from '@hono/zod-openapi';
import { idPattern } from '../src/kernel/ids.ts';

/**
 * The parts that the contracts share. Attributes nobody knows are kept: an extended type brings its own.
 */
export const text = z.string().max(4_096);
export const name = z.string().min(1).max(255);
export const id = z
  .string()
  .regex(idPattern, 'an id has 1 to 64 characters of A-Z a-z 0-9 . _ -')
  .refine((given) => given !== '__proto__', 'the word is reserved');

const firstYear = 1970;
const lastYear = 9998;
export const instant = z.iso
  .datetime({ offset: true, error: 'must be a date and time of RFC 3339, with its offset' })
  .refine((given) => {
    const year = new Date(given).getUTCFullYear();
    return year >= firstYear && year <= lastYear;
  }, `must lie between ${firstYear} and ${lastYear}`);

export const extension = {
  '@baseType': text.exactOptional(),
  '@schemaLocation': z.url().max(2_048).exactOptional(),
  '@type': text.exactOptional(),
};

export const entity = z.looseObject(extension);
export const reference = entity.extend({
  id: name,
  href: text.exactOptional(),
  name: text.exactOptional(),
  '@referredType': text.exactOptional(),
});

export const relatedParty = reference.extend({
  '@referredType': name,
  role: text.exactOptional(),
});
export const relatedPlace = reference.extend({ id: name.exactOptional(), role: name });
export const relatedChannel = reference.extend({ role: text.exactOptional() });
export const note = entity.extend({
  id: text.exactOptional(),
  author: text.exactOptional(),
  date: instant.exactOptional(),
  text,
});

/** A value of JSON of any kind, but there. */
const anyValue = z
  .unknown()
  .refine((given) => given !== undefined, 'must be there')
  .openapi({ description: 'Any JSON value' });
export const characteristic = entity.extend({
  name: name.refine((given) => given !== '__proto__', 'the word is reserved'),
  valueType: text.exactOptional(),
  value: anyValue,
});

const money = z.looseObject({ unit: text.exactOptional(), value: z.number().exactOptional() });
const price = entity.extend({
  percentage: z.number().exactOptional(),
  taxRate: z.number().exactOptional(),
  dutyFreeAmount: money.exactOptional(),
  taxIncludedAmount: money.exactOptional(),
});
const pricing = {
  description: text.exactOptional(),
  name: text.exactOptional(),
  recurringChargePeriod: text.exactOptional(),
  unitOfMeasure: text.exactOptional(),
  productOfferingPrice: reference.exactOptional(),
};
const alteration = entity.extend({
  ...pricing,
  price,
  priceType: text,
  applicationDuration: z.int().exactOptional(),
  priority: z.int().exactOptional(),
});
export const orderPrice = entity.extend({
  ...pricing,
  priceType: text.exactOptional(),
  billingAccount: reference.exactOptional(),
  price: price.exactOptional(),
  priceAlteration: z.array(alteration).exactOptional(),
});
export const term = entity.extend({
  description: text.exactOptional(),
  name: text.exactOptional(),
  duration: z
    .looseObject({ amount: z.number().exactOptional(), units: text.exactOptional() })
    .exactOptional(),
});

/** What every resource that is read has. */
export const addressed = z.looseObject({ id: z.string(), href: z.string() });
