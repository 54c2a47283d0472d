import { itemReason } from '../itemReason.ts';
import type { ServiceOrderRead, StepTrouble } from '../../drizzle/reads/serviceOrders.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { characteristicList, dateTime, type Links, present } from '../resource.ts';
import { serviceOrderStateToTmf } from './states.ts';

export type Item = ServiceOrderRead['items'][number];

export const itemToTmf = (item: Item, order: ServiceOrderRead, links: Links): JsonObject =>
  present({
    id: item.itemId ?? String(item.ordinal),
    action: item.action,
    state: serviceOrderStateToTmf[item.state],
    quantity: 1,
    '@type': 'ServiceOrderItem',
    service: {
      id: item.serviceId,
      href: links.href('service', item.serviceId),
      // What is wanted of the service; the inventory says what it is.
      state: item.action === 'delete' ? 'terminated' : 'active',
      serviceCharacteristic: characteristicList(item.characteristics),
      serviceSpecification: {
        id: item.specification,
        href: links.href('serviceSpecification', item.specification),
        '@referredType': 'ServiceSpecification',
      },
      '@type': 'Service',
    },
    errorMessage: errorsOf(item, order),
  });

/** Why the item ended as it did, and the steps that do not go on. */
export const errorsOf = (item: Item, { troubles }: ServiceOrderRead): JsonObject[] => [
  ...(item.code === null ? [] : [{ code: item.code, reason: itemReason(item.code, item.state) }]),
  ...troubles.filter((trouble) => trouble.item === item.ordinal).map(errorOf),
];

const errorOf = (trouble: StepTrouble): JsonObject =>
  present({
    code: trouble.code ?? trouble.class,
    reason: `${trouble.class} at step ${trouble.step} in system ${trouble.system}`,
    message: trouble.message,
    timestamp: dateTime(trouble.at),
  });
