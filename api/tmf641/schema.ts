import { z } from '@hono/zod-openapi';
import { addressed, characteristic, reference } from '../contract.ts';
import { serviceOrderStateNames } from './states.ts';

const state = z.enum(serviceOrderStateNames);
const errorMessage = z.looseObject({ code: z.string(), reason: z.string() });

export const serviceOrderSchema = addressed
  .extend({
    state,
    orderDate: z.iso.datetime(),
    startDate: z.iso.datetime().exactOptional(),
    completionDate: z.iso.datetime().exactOptional(),
    category: z.string(),
    orderRelationship: z
      .array(addressed.extend({ relationshipType: z.enum(['cross-ref', 'dependency', 'compensates']) }))
      .exactOptional(),
    serviceOrderItem: z.array(
      z.looseObject({
        id: z.string(),
        action: z.enum(['add', 'modify', 'delete']),
        state,
        service: addressed.extend({
          serviceSpecification: reference,
          serviceCharacteristic: z.array(characteristic),
        }),
        errorMessage: z.array(errorMessage).exactOptional(),
      }),
    ),
  })
  .openapi('ServiceOrder');
