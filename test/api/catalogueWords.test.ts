import { expect, test } from 'vitest';
import { offeringToTmf, specificationToTmf } from '../../api/tmf620/toTmf.ts';
import { toTmf } from '../../api/tmf633/toTmf.ts';
import { row } from '../serviceOrder/policyRow.ts';
import { entryOf } from '../catalog/catalogFiles.ts';

const links = {
  origin: 'http://here',
  href: (resource: string, id: string) => `http://here/${resource}/${id}`,
};
const read = (document: object) =>
  ({ entry: entryOf(document), lifecycle: 'active', updatedAt: '2026-01-01T00:00:00Z' }) as never;

const step = { system: 'ipam', object: 'service.id' };
const service = { serviceSpecification: 's', domain: 'd', steps: { a: step } };
const offering = { productOffering: 'o', specification: 'p', bundles: [{ offering: 'part' }] };

test('what a catalogue says about trouble is shown as it was written', () => {
  const recovery = [row('hold', { class: 'throttled', retry: { attempts: 2, from: '2s', upTo: '2m' } })];
  const marked = { ...step, optional: true, pointOfNoReturn: true };
  const shown = toTmf(read({ ...service, steps: { a: marked }, recovery }), links);
  expect(shown).toMatchObject({ recovery, steps: { a: { optional: true, pointOfNoReturn: true } } });

  const services = [{ specification: 's', optional: true }];
  expect(specificationToTmf(read({ productSpecification: 'p', services }), links)).toMatchObject({
    services,
  });

  const bundles = [{ offering: 'part', optional: true }];
  expect(offeringToTmf(read({ ...offering, bundles, onFailure: 'bestEffort' }), links)).toMatchObject({
    onFailure: 'bestEffort',
    bundledProductOffering: [{ id: 'part', optional: true }],
  });
});

test('a catalogue that says nothing about trouble shows nothing of it', () => {
  const product = specificationToTmf(
    read({ productSpecification: 'p', services: [{ specification: 's' }] }),
    links,
  );
  const shown = JSON.stringify([toTmf(read(service), links), product, offeringToTmf(read(offering), links)]);
  const words = ['recovery', 'optional', 'pointOfNoReturn', 'onFailure'];
  expect(words.filter((word) => shown.includes(word))).toEqual([]);
});
