/** Service orders in the form of TMF641 v4.1, as an integrator would post them. */

export const serviceOrderOf = (...items: readonly object[]) => ({ serviceOrderItem: items });

const values = (given: object) =>
  Object.entries(given).map(([name, value]) => ({ name, valueType: typeof value, value }));

export const accessItem = (id: string, mbps = 1_000) => ({
  id,
  action: 'add',
  service: {
    serviceSpecification: { id: 'fibre-access' },
    serviceCharacteristic: values({ downstreamMbps: mbps, upstreamMbps: mbps }),
  },
});

const onItems = (itemIds: readonly string[]) => ({
  serviceOrderItemRelationship: itemIds.map((itemId) => ({
    relationshipType: 'reliesOn',
    orderItem: { itemId },
  })),
});

/** A prefix that relies on another item, where one is named. */
export const ipItem = (id: string, reliesOn?: string) => ({
  id,
  action: 'add',
  service: { serviceSpecification: { id: 'ip-prefix' } },
  ...(reliesOn !== undefined && onItems([reliesOn])),
});

/** A router with its line and its prefix. */
export const routerItem = (id: string, ...reliesOn: readonly string[]) => ({
  id,
  action: 'add',
  service: { serviceSpecification: { id: 'managed-router' } },
  ...onItems(reliesOn),
});

export const modifyItem = (id: string, service: string, given: object) => ({
  id,
  action: 'modify',
  service: { id: service, serviceCharacteristic: values(given) },
});

export const deleteItem = (id: string, service: string) => ({
  id,
  action: 'delete',
  service: { id: service },
});
