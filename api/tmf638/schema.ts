import { z } from '@hono/zod-openapi';
import { addressed, characteristic, reference } from '../contract.ts';
import { serviceStateNames } from './states.ts';

export const serviceSchema = addressed
  .extend({
    state: z.enum(serviceStateNames),
    serviceDate: z.iso.datetime(),
    startDate: z.iso.datetime().exactOptional(),
    endDate: z.iso.datetime().exactOptional(),
    serviceSpecification: reference,
    serviceCharacteristic: z.array(characteristic).exactOptional(),
    serviceRelationship: z
      .array(z.looseObject({ relationshipType: z.literal('reliesOn'), service: addressed }))
      .exactOptional(),
    serviceOrderItem: z
      .array(z.looseObject({ itemId: z.string(), serviceOrderId: z.string() }))
      .exactOptional(),
    note: z.array(z.looseObject({ id: z.string(), text: z.string() })).exactOptional(),
  })
  .openapi('Service');
