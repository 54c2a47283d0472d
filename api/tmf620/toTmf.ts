import type { CatalogEntryRead } from '../../drizzle/reads/catalog.ts';
import type { ProductOffering, ProductSpecification } from '../../src/catalog/model.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { characteristicSpecification, extended, lifecycleStatus, possibleValues } from '../catalogWords.ts';
import { dateTime, type Links, present } from '../resource.ts';

export function offeringToTmf(read: CatalogEntryRead<ProductOffering>, links: Links): JsonObject {
  const { entry } = read;
  return present({
    id: entry.id,
    href: links.href('productOffering', entry.id),
    name: entry.name,
    version: entry.version,
    lifecycleStatus: lifecycleStatus(entry.lifecycle),
    lastUpdate: dateTime(read.updatedAt),
    isBundle: entry.bundles.length > 0,
    isSellable: entry.lifecycle === 'active',
    ...extended('FulfilmentProductOffering', 'ProductOffering', links),
    productSpecification: {
      id: entry.specification,
      href: links.href('productSpecification', entry.specification),
      '@referredType': 'ProductSpecification',
    },
    bundledProductOffering: entry.bundles.map(({ offering, optional }) => ({
      id: offering,
      href: links.href('productOffering', offering),
      bundledProductOfferingOption: {
        numberRelOfferDefault: 1,
        numberRelOfferLowerLimit: 1,
        numberRelOfferUpperLimit: 1,
      },
      ...(optional !== undefined && { optional }),
    })),
    prodSpecCharValueUse: [
      ...Object.entries(entry.fixes).map(([name, value]) =>
        valueUse(name, { values: [value], default: value }),
      ),
      ...Object.entries(entry.allows).map(([name, allowance]) => valueUse(name, allowance)),
    ],
    fixes: entry.fixes,
    allows: entry.allows as unknown as JsonObject,
    onFailure: entry.onFailure,
  });
}

const valueUse = (name: string, limits: Parameters<typeof possibleValues>[1]): JsonObject => ({
  name,
  productSpecCharacteristicValue: possibleValues(undefined, limits),
});

export function specificationToTmf(read: CatalogEntryRead<ProductSpecification>, links: Links): JsonObject {
  const { entry } = read;
  return present({
    id: entry.id,
    href: links.href('productSpecification', entry.id),
    name: entry.name,
    version: entry.version,
    lifecycleStatus: lifecycleStatus(read.lifecycle),
    lastUpdate: dateTime(read.updatedAt),
    isBundle: false,
    ...extended('FulfilmentProductSpecification', 'ProductSpecification', links),
    productSpecCharacteristic: Object.entries(entry.characteristics).map(([name, specification]) => ({
      ...characteristicSpecification(name, specification),
      productSpecCharacteristicValue: possibleValues(specification.type, specification),
    })),
    serviceSpecification: entry.services.map(({ specification }) => ({
      id: specification,
      href: links.href('serviceSpecification', specification),
      '@referredType': 'ServiceSpecification',
    })),
    services: entry.services as unknown as JsonObject[],
  });
}
