import { z } from '@hono/zod-openapi';
import { actions } from '../../src/order/machine.ts';
import {
  characteristic,
  entity,
  id,
  instant,
  name,
  note,
  orderPrice,
  reference,
  relatedChannel,
  relatedParty,
  relatedPlace,
  term,
  text,
} from '../contract.ts';
import { itemStateNames, orderStateNames } from './states.ts';

const quantityMax = 1_000_000;

const productRelationship = entity.extend({
  relationshipType: name,
  product: entity.extend({ id }),
});

const productOfItem = entity.extend({
  id: id.exactOptional(),
  place: z.array(relatedPlace).exactOptional(),
  billingAccount: reference.exactOptional(),
  relatedParty: z.array(relatedParty).exactOptional(),
  status: text.exactOptional(),
  isBundle: z.boolean().exactOptional(),
  isCustomerVisible: z.boolean().exactOptional(),
  description: text.exactOptional(),
  name: text.exactOptional(),
  productCharacteristic: z.array(characteristic).exactOptional(),
  productOffering: reference.exactOptional(),
  productRelationship: z.array(productRelationship).exactOptional(),
  productSpecification: reference.extend({ id, version: text.exactOptional() }).exactOptional(),
  productSerialNumber: text.exactOptional(),
});

const itemRelationship = entity.extend({ id, relationshipType: name });

export const productOrderItem = entity
  .extend({
    id,
    action: z.enum(actions),
    quantity: z.int().min(-quantityMax).max(quantityMax).exactOptional(),
    appointment: reference.exactOptional(),
    billingAccount: reference.exactOptional(),
    itemPrice: z.array(orderPrice).exactOptional(),
    itemTerm: z.array(term).exactOptional(),
    itemTotalPrice: z.array(orderPrice).exactOptional(),
    payment: z.array(reference).exactOptional(),
    product: productOfItem.exactOptional(),
    productOffering: reference.extend({ id }).exactOptional(),
    productOfferingQualificationItem: reference
      .extend({ productOfferingQualificationId: text })
      .exactOptional(),
    productOrderItemRelationship: z.array(itemRelationship).exactOptional(),
    qualification: z.array(reference).exactOptional(),
    quoteItem: reference.extend({ quoteId: text }).exactOptional(),
    get productOrderItem() {
      return z.array(productOrderItem).exactOptional();
    },
  })
  .openapi('ProductOrderItem');
export type ProductOrderItem = z.output<typeof productOrderItem>;

/** What a client may say of an order. What only the provider sets is not in here, and has no effect. */
export const productOrderCreate = entity
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
    agreement: z.array(reference).exactOptional(),
    billingAccount: reference.exactOptional(),
    channel: z.array(relatedChannel).exactOptional(),
    note: z.array(note).exactOptional(),
    orderTotalPrice: z.array(orderPrice).exactOptional(),
    payment: z.array(reference).exactOptional(),
    productOfferingQualification: z.array(reference).exactOptional(),
    quote: z.array(reference).exactOptional(),
    relatedParty: z.array(relatedParty).exactOptional(),
    productOrderItem: z.array(productOrderItem),
  })
  .openapi('ProductOrder_Create');
export type ProductOrderCreate = z.output<typeof productOrderCreate>;

const answeredItem = productOrderItem
  .extend({ state: z.enum(itemStateNames) })
  .openapi('ProductOrderItemAnswered');

export const productOrderSchema = productOrderCreate
  .extend({
    id: z.string(),
    href: z.string(),
    state: z.enum(orderStateNames),
    orderDate: instant,
    completionDate: instant.exactOptional(),
    cancellationDate: instant.exactOptional(),
    cancellationReason: z.string().exactOptional(),
    productOrderItem: z.array(answeredItem),
  })
  .openapi('ProductOrder');
