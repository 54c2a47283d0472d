import { canonicalJson } from '../kernel/json.ts';
import type { Fault } from './checkCharacteristics.ts';
import { offeringFaults, productFaults } from './checkProducts.ts';
import { serviceFaults } from './checkServices.ts';
import { findCycle } from './cycles.ts';
import { limits } from './limits.ts';
import { type Catalog, type CatalogEntry, type CatalogRefusal, entryIn, entryName } from './model.ts';
import { type CatalogSnapshot, entriesOf, snapshotOf } from './snapshot.ts';

export type CheckedCatalog =
  | { readonly ok: true; readonly snapshot: CatalogSnapshot }
  | { readonly ok: false; readonly refusals: readonly CatalogRefusal[] };

/** Everything that can be known to be wrong before the first order, found when the catalogue is saved. */
export function checkCatalog(catalog: Catalog, systems: readonly string[]): CheckedCatalog {
  const known = new Set(systems);
  const refusals = [
    ...entriesOf(catalog).flatMap((entry) =>
      faultsOf(entry, catalog, known).map((fault) => refusalOf(entry, fault)),
    ),
    ...cycleRefusals(catalog),
    ...sizeRefusals(catalog),
  ];
  if (refusals.length === 0) return { ok: true, snapshot: snapshotOf(catalog) };
  return { ok: false, refusals: refusals.slice(0, limits.refusalsReported) };
}

const refusalOf = (entry: CatalogEntry, { code, path, message }: Fault): CatalogRefusal => ({
  type: 'CatalogInvalid',
  code,
  entry: entryName(entry),
  path,
  message,
});

function faultsOf(entry: CatalogEntry, catalog: Catalog, systems: ReadonlySet<string>): readonly Fault[] {
  if (canonicalJson(entry).length > limits.entryCharacters) {
    return [
      { code: 'tooLarge', path: '', message: `an entry has at most ${limits.entryCharacters} characters` },
    ];
  }
  switch (entry.kind) {
    case 'serviceSpecification':
      return serviceFaults(entry, catalog, systems);
    case 'productSpecification':
      return productFaults(entry, catalog);
    case 'productOffering':
      return offeringFaults(entry, catalog);
  }
}

const partsOf = (catalog: Catalog) => (id: string) =>
  (entryIn(catalog.productOfferings, id)?.bundles ?? []).map(({ offering }) => offering);

const reliedOn = (catalog: Catalog) => (id: string) =>
  Object.values(entryIn(catalog.serviceSpecifications, id)?.reliesOn ?? {}).map(
    (alias) => alias.specification,
  );

/** Neither services that rely on each other nor bundles that contain each other can ever be built. */
function cycleRefusals(catalog: Catalog): readonly CatalogRefusal[] {
  const services = findCycle(Object.keys(catalog.serviceSpecifications), reliedOn(catalog));
  const bundles = findCycle(Object.keys(catalog.productOfferings), partsOf(catalog));
  return [
    ...(services === undefined ? [] : [cycleRefusal('serviceSpecification', 'reliesOn', services)]),
    ...(bundles === undefined ? [] : [cycleRefusal('productOffering', 'bundles', bundles)]),
  ];
}

const cycleRefusal = (
  kind: CatalogEntry['kind'],
  path: string,
  cycle: readonly string[],
): CatalogRefusal => ({
  type: 'CatalogInvalid',
  code: 'cycle',
  entry: `${kind}/${cycle[0]}`,
  path,
  message: `${path} leads back to where it began: ${cycle.join(' → ')}`,
});

/** Bundles of bundles multiply, so the count stops where the limit is. */
function sizeRefusals(catalog: Catalog): readonly CatalogRefusal[] {
  const most = limits.partsPerBundle;
  const isTooLarge = (id: string): boolean => {
    const ahead = [...partsOf(catalog)(id)];
    let size = 0;
    for (let part = ahead.pop(); part !== undefined && size <= most; part = ahead.pop()) {
      size += 1;
      ahead.push(...partsOf(catalog)(part));
    }
    return size > most;
  };
  return Object.values(catalog.productOfferings)
    .filter(({ id }) => isTooLarge(id))
    .map((offering) =>
      refusalOf(offering, { code: 'tooMany', path: 'bundles', message: `at most ${most} parts in all` }),
    );
}
