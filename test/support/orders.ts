/** Orders in the form of TMF622 v4, as an integrator would post them. */

const party = { id: 'ORG-7', name: 'Northwind Ltd', role: 'customer', '@referredType': 'Organization' };
const place = {
  id: 'ADDR-1',
  role: 'installationAddress',
  name: 'Unit 4, Harbour Yard',
  '@referredType': 'GeographicAddress',
};

const part = (id: string, offering: string, specification: string, values: object, more: object = {}) => ({
  id,
  action: 'add',
  quantity: 1,
  '@type': 'ProductOrderItem',
  productOffering: { id: offering, name: `The ${offering}`, '@referredType': 'ProductOffering' },
  product: {
    '@type': 'Product',
    productSpecification: { id: specification, '@referredType': 'ProductSpecification' },
    productCharacteristic: Object.entries(values).map(([name, value]) => ({
      name,
      value,
      valueType: typeof value,
    })),
    place: [place],
  },
  ...more,
});

const reliesOn = (id: string) => ({ productOrderItemRelationship: [{ id, relationshipType: 'reliesOn' }] });

/** The bundle with its parts beside it, related as the official examples do it. */
export const businessFibre = {
  '@type': 'ProductOrder',
  externalId: 'CRM-1',
  category: 'Business',
  description: 'Business Fibre 1G, static /29, managed router',
  priority: '2',
  requestedStartDate: '2026-03-02T09:00:00.000+01:00',
  requestedCompletionDate: '2026-03-20T17:00:00.000Z',
  relatedParty: [party],
  billingAccount: { id: 'BA-7', '@referredType': 'BillingAccount' },
  channel: [{ id: 'portal', role: 'orderCapture', name: 'Partner portal' }],
  note: [{ id: '1', author: 'Ada', date: '2026-03-01T10:00:00Z', text: 'Ring before you come' }],
  productOrderItem: [
    {
      ...part('1', 'OFF-BIZ-FIBRE-BUNDLE', 'PSPEC-BUNDLE', {}),
      productOrderItemRelationship: ['1.1', '1.2', '1.3'].map((id) => ({ id, relationshipType: 'bundles' })),
    },
    part('1.1', 'OFF-FIBRE-1G', 'PSPEC-FIBRE-ACCESS', { downstreamMbps: 1000, accessTechnology: 'GPON' }),
    part(
      '1.2',
      'OFF-STATIC-IP-29',
      'PSPEC-STATIC-IP',
      { ipVersion: 'IPv4', prefixLength: 29 },
      reliesOn('1.1'),
    ),
    part(
      '1.3',
      'OFF-CPE-MANAGED',
      'PSPEC-CPE',
      { model: 'CPE-XR500', managed: 'true' },
      { ...reliesOn('1.1'), appointment: { id: 'APPT-5', '@referredType': 'Appointment' } },
    ),
  ],
};

export const fibre = (id = '1') => ({ id, action: 'add', productOffering: { id: 'OFF-FIBRE-1G' } });
export const orderOf = (...items: readonly object[]) => ({ productOrderItem: items });
