import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAuthored } from '../../src/catalog/authored.ts';
import { emptyCatalog, snapshotOf, withEntries } from '../../src/catalog/snapshot.ts';
import { entryOf } from './catalogFiles.ts';

const service = {
  serviceSpecification: 'ip',
  domain: 'ip',
  steps: { a: { system: 'ipam', object: 'service.id' } },
};
const refusalOf = (document: unknown) => {
  const parsed = parseAuthored(document);
  return parsed.ok ? undefined : parsed.refusal;
};

test('what an author leaves out has its default', () => {
  expect(entryOf({ productOffering: 'o', specification: 'p' })).toEqual({
    kind: 'productOffering',
    id: 'o',
    name: 'o',
    version: '1',
    lifecycle: 'active',
    specification: 'p',
    fixes: {},
    allows: {},
    bundles: [],
  });
  expect(entryOf({ productSpecification: 'p', services: [{ specification: 's' }] })).toMatchObject({
    characteristics: {},
    services: [{ specification: 's', when: 'true', map: {} }],
  });
  expect(entryOf(service)).toMatchObject({
    steps: { a: { values: {}, results: {}, after: [], verify: 'always' } },
    reliesOn: {},
    results: {},
  });
});

test.each<[string, object, string, string]>([
  ['an unknown key', { retries: [] }, 'unknownKey', 'retries'],
  [
    'an unknown key of a step',
    { steps: { a: { ...service.steps.a, skipped: true } } },
    'unknownKey',
    'steps.a.skipped',
  ],
  ['a value that is no expression', { results: { a: 1 } }, 'malformed', 'results.a'],
  ['a name that is no identifier', { results: { 'a-b': '1' } }, 'malformed', 'results.a-b'],
  ['a name the language reserves', { results: { in: '1' } }, 'malformed', 'results.in'],
  ['a name every object inherits', { results: { constructor: '1' } }, 'malformed', 'results.constructor'],
  ['an id that is too long', { domain: 'x'.repeat(65) }, 'malformed', 'domain'],
  ['an id of dots', { domain: '..' }, 'malformed', 'domain'],
  ['no steps', { steps: undefined }, 'malformed', 'steps'],
  ['an unknown type', { characteristics: { a: { type: 'date' } } }, 'malformed', 'characteristics.a.type'],
])('%s is refused at its place', (_, changes, code, path) => {
  expect(refusalOf({ ...service, ...changes })).toMatchObject({
    code,
    path,
    entry: 'serviceSpecification/ip',
  });
});

test.each([null, 5, 'text', [], {}, { product: 'x' }, { ...service, productOffering: 'o' }])(
  '%j is no document of a catalogue',
  (document) => {
    expect(refusalOf(document)).toMatchObject({ type: 'CatalogInvalid', code: 'unknownKind' });
  },
);

test('any JSON is answered, never thrown at', () => {
  const kinds = fc.constantFrom('serviceSpecification', 'productSpecification', 'productOffering');
  fc.assert(
    fc.property(kinds, fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), (kind, id, rest) => {
      expect(parseAuthored({ ...rest, [kind]: id }).ok).toBeTypeOf('boolean');
    }),
  );
});

test('a snapshot is named after its content, in whatever order it was written', () => {
  const entries = ['a', 'b', 'c', 'd'].map((id) => entryOf({ ...service, serviceSpecification: id }));
  const hashOfAll = snapshotOf(withEntries(emptyCatalog, entries)).hash;
  fc.assert(
    fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (shuffled) => {
      const reversedKeys = shuffled.map((entry) => Object.fromEntries(Object.entries(entry).reverse()));
      expect(snapshotOf(withEntries(emptyCatalog, reversedKeys as never)).hash).toBe(hashOfAll);
    }),
  );
  expect(snapshotOf(withEntries(emptyCatalog, entries.slice(1))).hash).not.toBe(hashOfAll);
});

test('an entry takes the place of the one with its id', () => {
  const first = withEntries(emptyCatalog, [entryOf(service)]);
  const second = withEntries(first, [entryOf({ ...service, domain: 'other' })]);
  expect(second.serviceSpecifications).toMatchObject({ ip: { domain: 'other' } });
  expect(first.serviceSpecifications).toMatchObject({ ip: { domain: 'ip' } });
});
