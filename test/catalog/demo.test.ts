import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/kernel/json.ts';
import { must } from '../../src/kernel/assert.ts';
import { resolveCharacteristics } from '../../src/catalog/characteristics.ts';
import { checkCatalog } from '../../src/catalog/check.ts';
import { domainsOf, emptyCatalog } from '../../src/catalog/snapshot.ts';
import { catalogOf, demoSystems, documentsIn } from './catalogFiles.ts';

const catalog = catalogOf(...documentsIn('catalogue'));

test('the demo catalogue passes every check', () => {
  expect(checkCatalog(catalog, demoSystems)).toMatchObject({ ok: true });
});

test('the catalogue of the further product passes on top of the demo catalogue, and not without it', () => {
  const more = documentsIn('more');
  expect(checkCatalog(catalogOf(...documentsIn('catalogue'), ...more), demoSystems)).toMatchObject({
    ok: true,
  });
  expect(checkCatalog(catalogOf(...more), demoSystems)).toMatchObject({
    refusals: [
      { code: 'unknownReference', entry: 'serviceSpecification/guest-wifi' },
      { code: 'unknownName' },
    ],
  });
});

test('an empty catalogue is a catalogue', () => {
  expect(checkCatalog(emptyCatalog, [])).toMatchObject({ ok: true });
});

test('the demo catalogue names the domains that somebody must serve', () => {
  expect(domainsOf(catalog)).toEqual(['access', 'cpe', 'ip', 'voice']);
});

/** What only the customer knows. */
const needed: Readonly<Record<string, JsonObject>> = { 'OFF-BIZ-VOICE': { number: '+442079460958' } };

test.each(Object.keys(catalog.productOfferings))('%s can be ordered with its id and what is needed', (id) => {
  const offering = must(catalog.productOfferings[id], id);
  const { characteristics } = must(catalog.productSpecifications[offering.specification], 'specification');
  const resolved = resolveCharacteristics({
    specification: characteristics,
    offering,
    given: needed[id] ?? {},
  });
  expect(resolved).toMatchObject({ ok: true });
});

test('a router ordered as TMF clients write it, with texts for all values, is the one meant', () => {
  const offering = must(catalog.productOfferings['OFF-CPE-MANAGED'], 'offering');
  const { characteristics } = must(catalog.productSpecifications['PSPEC-CPE'], 'specification');
  const given = { model: 'CPE-XR500', managed: 'true' };
  expect(resolveCharacteristics({ specification: characteristics, offering, given })).toEqual({
    ok: true,
    values: { model: 'CPE-XR500', managed: true },
  });
});

test('a fibre that changes to the faster offering takes its speeds and keeps the rest', () => {
  const offering = must(catalog.productOfferings['OFF-FIBRE-2G'], 'offering');
  const { characteristics } = must(catalog.productSpecifications['PSPEC-FIBRE-ACCESS'], 'specification');
  const stored = { downstreamMbps: 1000, upstreamMbps: 1000, accessTechnology: 'XGSPON' };
  const given = { downstreamMbps: 2000 };
  expect(resolveCharacteristics({ specification: characteristics, offering, given, stored })).toEqual({
    ok: true,
    values: { downstreamMbps: 2000, upstreamMbps: 2000, accessTechnology: 'XGSPON' },
  });
});
