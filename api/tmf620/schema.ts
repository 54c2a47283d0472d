import { z } from '@hono/zod-openapi';
import { failureModes } from '../../src/catalog/model.ts';
import { addressed, reference } from '../contract.ts';

const catalogued = addressed.extend({
  name: z.string(),
  version: z.string(),
  lifecycleStatus: z.string(),
  lastUpdate: z.iso.datetime(),
  isBundle: z.boolean(),
  '@type': z.string(),
  '@schemaLocation': z.url(),
});
const possibleValue = z.looseObject({ valueType: z.string(), isDefault: z.boolean() });

export const productOfferingSchema = catalogued
  .extend({
    isSellable: z.boolean(),
    productSpecification: reference,
    bundledProductOffering: z
      .array(addressed.extend({ optional: z.boolean().exactOptional() }))
      .exactOptional()
      .openapi({ description: 'The parts; the bundle is of use without one that is optional' }),
    prodSpecCharValueUse: z
      .array(z.looseObject({ name: z.string(), productSpecCharacteristicValue: z.array(possibleValue) }))
      .exactOptional(),
    fixes: z.looseObject({}).openapi({ description: 'Values that the customer cannot choose otherwise' }),
    allows: z.looseObject({}).openapi({ description: "Narrower limits than the specification's" }),
    onFailure: z
      .enum(failureModes)
      .exactOptional()
      .openapi({ description: 'Whether one part that fails takes all others with it; without it, it does' }),
  })
  .openapi('FulfilmentProductOffering');

export const productSpecificationSchema = catalogued
  .extend({
    productSpecCharacteristic: z.array(z.looseObject({ name: z.string() })).exactOptional(),
    serviceSpecification: z.array(reference).exactOptional(),
    services: z
      .array(
        z.looseObject({
          specification: z.string(),
          when: z.string(),
          map: z.looseObject({}),
          optional: z.boolean().exactOptional(),
        }),
      )
      .exactOptional()
      .openapi({
        description:
          'When the product needs a service, what it is told, and whether the product is of use without it',
      }),
  })
  .openapi('FulfilmentProductSpecification');
