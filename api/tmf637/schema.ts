import { z } from '@hono/zod-openapi';
import { addressed, characteristic, reference, relatedParty, relatedPlace } from '../contract.ts';
import { productStatusNames } from './states.ts';

export const productSchema = addressed
  .extend({
    status: z.enum(productStatusNames),
    name: z.string(),
    isBundle: z.boolean(),
    orderDate: z.iso.datetime(),
    startDate: z.iso.datetime().exactOptional(),
    terminationDate: z.iso.datetime().exactOptional(),
    productOffering: reference,
    productSpecification: reference,
    productCharacteristic: z.array(characteristic),
    productRelationship: z
      .array(z.looseObject({ relationshipType: z.string(), product: addressed }))
      .exactOptional(),
    productOrderItem: z.array(z.looseObject({ orderItemId: z.string(), productOrderId: z.string() })),
    realizingService: z.array(addressed).exactOptional(),
    relatedParty: z.array(relatedParty).exactOptional(),
    billingAccount: reference.exactOptional(),
    place: z.array(relatedPlace).exactOptional(),
  })
  .openapi('Product');
