import type { CatalogEntryRead } from '../../drizzle/reads/catalog.ts';
import type { ServiceSpecification } from '../../src/catalog/model.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { characteristicSpecification, extended, lifecycleStatus, possibleValues } from '../catalogWords.ts';
import { dateTime, type Links, present } from '../resource.ts';

export function toTmf(read: CatalogEntryRead<ServiceSpecification>, links: Links): JsonObject {
  const { entry } = read;
  return present({
    id: entry.id,
    href: links.href('serviceSpecification', entry.id),
    name: entry.name,
    version: entry.version,
    lifecycleStatus: lifecycleStatus(read.lifecycle),
    lastUpdate: dateTime(read.updatedAt),
    isBundle: false,
    ...extended('FulfilmentServiceSpecification', 'ServiceSpecification', links),
    specCharacteristic: Object.entries(entry.characteristics).map(([name, specification]) => ({
      ...characteristicSpecification(name, specification),
      characteristicValueSpecification: possibleValues(specification.type, specification),
    })),
    serviceSpecRelationship: Object.entries(entry.reliesOn).map(([alias, { specification }]) => ({
      id: specification,
      href: links.href('serviceSpecification', specification),
      relationshipType: 'reliesOn',
      role: alias,
      '@referredType': 'ServiceSpecification',
    })),
    domain: entry.domain,
    steps: entry.steps as unknown as JsonObject,
    results: entry.results,
    recovery: entry.recovery as unknown as JsonObject[] | undefined,
  });
}
