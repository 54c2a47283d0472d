import { z } from '@hono/zod-openapi';
import { actions } from '../../src/order/machine.ts';
import {
  addressed,
  characteristic,
  entity,
  id,
  instant,
  name,
  note,
  reference,
  relatedParty,
  relatedPlace,
  text,
} from '../contract.ts';
import { serviceOrderStateNames } from './states.ts';

const state = z.enum(serviceOrderStateNames);
const errorMessage = z.looseObject({ code: z.string(), reason: z.string() });

const serviceRelationship = entity.extend({
  id: text.exactOptional(),
  relationshipType: name,
  service: entity.extend({ id: id.exactOptional() }).exactOptional(),
  serviceRelationshipCharacteristic: z.array(characteristic).exactOptional(),
});

const serviceOfItem = entity.extend({
  id: id.exactOptional(),
  category: text.exactOptional(),
  description: text.exactOptional(),
  name: text.exactOptional(),
  serviceType: text.exactOptional(),
  state: text.exactOptional(),
  note: z.array(note).exactOptional(),
  place: z.array(relatedPlace).exactOptional(),
  relatedParty: z.array(relatedParty).exactOptional(),
  serviceCharacteristic: z.array(characteristic).exactOptional(),
  serviceRelationship: z.array(serviceRelationship).exactOptional(),
  serviceSpecification: reference.extend({ id, version: text.exactOptional() }).exactOptional(),
});

/** The contract requires `id` of the reference and describes `itemId`: either names the item. */
const itemReference = entity.extend({
  id: id.exactOptional(),
  itemId: id.exactOptional(),
  serviceOrderId: text.exactOptional(),
  serviceOrderHref: text.exactOptional(),
});

const itemCreate = entity
  .extend({
    id,
    action: z.enum(actions),
    quantity: z.int().exactOptional(),
    appointment: reference.exactOptional(),
    service: serviceOfItem,
    serviceOrderItem: z.array(z.looseObject({})).exactOptional(),
    serviceOrderItemRelationship: z
      .array(entity.extend({ relationshipType: name, orderItem: itemReference }))
      .exactOptional(),
  })
  .openapi('ServiceOrderItem_Create');
export type ServiceOrderItemCreate = z.output<typeof itemCreate>;

/** What a client may say of a service order. What only the provider sets is not in here, and has no effect. */
export const serviceOrderCreate = entity
  .extend({
    externalId: name.exactOptional(),
    category: text.exactOptional(),
    description: text.exactOptional(),
    notificationContact: text.exactOptional(),
    priority: z
      .string()
      .regex(/^[0-4]$/, 'a priority is a text from 0, the highest, to 4')
      .exactOptional(),
    requestedStartDate: instant.exactOptional(),
    requestedCompletionDate: instant.exactOptional(),
    externalReference: z.array(entity.extend({ id: text.exactOptional(), name: text })).exactOptional(),
    note: z.array(note).exactOptional(),
    orderRelationship: z.array(reference.extend({ relationshipType: text })).exactOptional(),
    relatedParty: z.array(relatedParty).exactOptional(),
    serviceOrderItem: z.array(itemCreate),
  })
  .openapi('ServiceOrder_Create');
export type ServiceOrderCreate = z.output<typeof serviceOrderCreate>;

export const serviceOrderSchema = addressed
  .extend({
    state,
    orderDate: z.iso.datetime(),
    startDate: z.iso.datetime().exactOptional(),
    completionDate: z.iso.datetime().exactOptional(),
    cancellationDate: z.iso.datetime().exactOptional(),
    cancellationReason: z.string().exactOptional(),
    externalId: z.string().exactOptional(),
    category: z.string(),
    orderRelationship: z
      .array(z.looseObject({ id: z.string(), relationshipType: z.string() }))
      .exactOptional(),
    serviceOrderItem: z.array(
      z.looseObject({
        id: z.string(),
        action: z.enum(actions),
        state,
        service: z.looseObject({
          serviceSpecification: reference.exactOptional(),
          serviceCharacteristic: z.array(characteristic).exactOptional(),
        }),
        errorMessage: z.array(errorMessage).exactOptional(),
      }),
    ),
  })
  .openapi('ServiceOrder');
