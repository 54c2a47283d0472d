import type {
  Catalog,
  CharacteristicSpecifications,
  ProductOffering,
  ProductSpecification,
  ServiceSpecification,
  ServiceUse,
} from '../../src/catalog/model.ts';
import type { Draw } from '../kernel/random.ts';
import { drawServiceSpecification, size, tag } from './drawnSpecification.ts';

export interface DrawnCatalogue {
  readonly catalog: Catalog;
  /** How many products there are: `o0` and so on, each built on some of those before it. */
  readonly products: number;
  /** Product → those that its services rely on. */
  readonly foundations: readonly (readonly number[])[];
  /** The first so many products are the parts of the bundle; without one, none. */
  readonly parts: number;
}

export const bundleOffering = 'bundle';
const extra = { type: 'boolean', required: false, default: false } as const;
const characteristics: CharacteristicSpecifications = { size, tag, extra };

/** Sound by construction: so many services or one less, each of one product, and a bundle of products. */
export function drawCatalogue(draw: Draw, most: number): DrawnCatalogue {
  const services = Array.from({ length: Math.max(1, most - draw(2)) }, (_, index) =>
    drawServiceSpecification(draw, index),
  );
  const grouped: ServiceSpecification[][] = [];
  for (const service of services) {
    const last = grouped.at(-1);
    if (last && draw(4) === 1) last.push(service);
    else grouped.push([service]);
  }
  const needed = new Set(services.flatMap(neededBy));
  const specifications = grouped.map((own, index) => specificationOf(draw, index, own, needed));
  const parts = draw(2) === 1 ? 1 + draw(grouped.length) : 0;
  const offerings = grouped.map((_, index) => offeringOf(draw, `o${index}`, `p${index}`));
  if (parts > 0) {
    specifications.push(emptyOf('pb', []));
    offerings.push({
      ...offeringOf(draw, bundleOffering, 'pb'),
      bundles: offerings.slice(0, parts).map(({ id }) => ({
        offering: id,
        ...(draw(3) === 1 && { optional: true }),
      })),
    });
  }
  return {
    catalog: {
      serviceSpecifications: byId(services),
      productSpecifications: byId(specifications),
      productOfferings: byId(offerings),
    },
    products: grouped.length,
    foundations: grouped.map((own, index) => foundationsOf(own, grouped.slice(0, index))),
    parts,
  };
}

const neededBy = ({ reliesOn }: ServiceSpecification): string[] =>
  Object.values(reliesOn).map(({ specification }) => specification);

const foundationsOf = (
  own: readonly ServiceSpecification[],
  before: readonly (readonly ServiceSpecification[])[],
): number[] => {
  const needed = own.flatMap(neededBy);
  return before.flatMap((services, index) => (services.some(({ id }) => needed.includes(id)) ? [index] : []));
};

/** Only what no other service relies on may be left out. */
function specificationOf(
  draw: Draw,
  index: number,
  services: readonly ServiceSpecification[],
  needed: ReadonlySet<string>,
): ProductSpecification {
  const uses = services.map(({ id }): ServiceUse => {
    const told = draw(4);
    const isExtra = !needed.has(id) && draw(3) === 1;
    return {
      specification: id,
      when: isExtra ? 'characteristics.extra' : 'true',
      map: {
        ...(told !== 1 && { size: 'characteristics.size' }),
        ...(told !== 2 && { tag: 'characteristics.tag' }),
      },
      ...(draw(5) === 1 && { optional: true }),
    };
  });
  return emptyOf(`p${index}`, uses);
}

const emptyOf = (id: string, services: readonly ServiceUse[]): ProductSpecification => ({
  kind: 'productSpecification',
  id,
  name: id,
  version: '1',
  characteristics,
  services,
});

const offeringOf = (draw: Draw, id: string, specification: string): ProductOffering => ({
  kind: 'productOffering',
  id,
  name: id,
  version: '1',
  lifecycle: 'active',
  specification,
  fixes: {},
  allows: {},
  bundles: [],
  onFailure: draw(2) === 1 ? 'bestEffort' : 'allOrNothing',
});

const byId = <T extends { readonly id: string }>(entries: readonly T[]): Readonly<Record<string, T>> =>
  Object.fromEntries(entries.map((entry) => [entry.id, entry]));
