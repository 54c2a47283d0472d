import { expect, test } from 'vitest';
import type { Books } from './books.ts';
import { reckon } from './reckoning.ts';
import { builtObject, service, serviceOrder, sound, withMore, withRow } from './soundBooks.ts';

const laws = (books: Books): string[] => reckon(books).map(({ law }) => law);
const footprints = 'the network is what the footprints say';
const twice = 'nothing is done twice';

/** A person closed the fallout of the speed, while the network shows something else. */
const answered = (resolution: string, books: Books = sound): Books =>
  withMore(
    'fallout',
    [
      {
        ...{ id: 'f2', order_id: null, service_order_id: serviceOrder, item: 1, step: 'speed' },
        ...{ class: 'drift', code: 'x', closed_at: '2026-03-01T10:05:00.000Z', resolution },
      },
    ],
    books,
  );
const attested = (given: object, outcome = 'done'): Books =>
  withMore(
    'audit',
    [{ id: 'f2:a', command: 'completeWithEvidence', entity_id: 'f2', outcome, given }],
    answered('completeWithEvidence'),
  );
const against = { agrees: false };
const differing = (books: Books, place: number, change: object = { version: '9' }): Books =>
  withRow('footprint', change, place, books);

test('only the object that a person left behind is exempt', () => {
  expect(reckon(differing(answered('leaveBehind'), 1))).toEqual([]);
  expect(laws(differing(answered('leaveBehind'), 0))).toContain(footprints);
  expect(laws(differing(answered('retryNow'), 1))).toContain(footprints);
});

test('what a person attested against the evidence may be doubtful, and that alone', () => {
  const doubtful = { version: '9', presence: 'doubtful' };
  expect(reckon(differing(attested(against), 1, doubtful))).toEqual([]);
  expect(laws(differing(attested(against), 1))).toContain(footprints);
  expect(laws(differing(attested(against), 0, doubtful))).toContain(footprints);
});

test('a doubt is not told where the evidence agreed, or the command was refused', () => {
  const doubtful = { presence: 'doubtful' };
  expect(laws(differing(attested({ agrees: true }), 1, doubtful))).toContain(footprints);
  expect(laws(differing(attested(against, 'refused'), 1, doubtful))).toContain(footprints);
  expect(laws(differing(answered('completeWithEvidence'), 1, doubtful))).toContain(footprints);
});

test('what a person attested to be there has the values that were ordered', () => {
  const values = { downstreamMbps: 1, upstreamMbps: 1_000, vlan: 7 };
  const books = differing(attested(against), 1, { presence: 'doubtful', values });
  expect(laws(books)).toEqual(['a service holds what its specification says']);
});

test('what a person attested to be gone may stand without a footprint; what was attested to be there may not', () => {
  const strayOf = (verb: string): Books => {
    const books = withRow('step', { verb, object: 'old/1', state: 'done' }, 1, attested(against));
    const stray = { ...sound.objects[1], object: 'old/1' } as Books['objects'][number];
    return { ...books, objects: [...sound.objects, stray] };
  };
  expect(laws(strayOf('revoke'))).not.toContain(footprints);
  expect(laws(strayOf('apply'))).toContain(footprints);
});

test('a later service order that had the last word on the object ends the exemption', () => {
  const later = `${serviceOrder}2`;
  const speed = builtObject('speed', 'bng', 'speed', {}, 3).step;
  const step = { ...speed, service_order_id: later, ended_at: '2026-03-01T10:06:00.000Z' };
  const answers = answered('leaveBehind');
  const orderOf = (state: string) => ({ id: later, order_id: null, state, version: 0, held_by: null });
  const withLater = (state: string) =>
    withMore('service_order', [orderOf(state)], withMore('step', [step], answers));
  expect(laws(differing(withLater('completed'), 1))).toContain(footprints);
  expect(laws(differing(withLater('failed'), 1))).not.toContain(footprints);
});

test('what a held order has beside its fallout is not exempt', () => {
  const other = withRow('fallout', { step: 'speed' });
  expect(laws(other)).toContain(footprints);
});

const again = (key: string, values: object, verb = 'apply'): Books['ledger'][number] =>
  ({ ...builtObject('speed', 'bng', 'speed', values, 3).ledger, verb, key }) as Books['ledger'][number];
const first = sound.ledger[1]?.values ?? {};

test('the same effect again under another key is done twice', () => {
  const ledger = [...sound.ledger, again(`${serviceOrder}/1/speed/2/do`, first)];
  expect(laws({ ...sound, ledger })).toContain(twice);
});

test('back and forth is not done twice, and neither is what a read lied about', () => {
  const key = `${serviceOrder}/1/speed/2/do`;
  const between = [again('x', { downstreamMbps: 1 }), again(key, first)];
  expect(laws({ ...sound, ledger: [...sound.ledger, ...between] })).not.toContain(twice);
  const gone = [again('x', {}, 'revoke'), again(key, first)];
  expect(laws({ ...sound, ledger: [...sound.ledger, ...gone] })).not.toContain(twice);
  const lied = withRow('attempt', { outcome: 'lied' }, 1);
  expect(laws({ ...lied, ledger: [...sound.ledger, again(key, first)] })).not.toContain(twice);
});

test('an object of a service is found by its name, not by its service', () => {
  const stray = { ...sound.objects[0], object: `other/${service}` } as Books['objects'][number];
  expect(laws({ ...sound, objects: [...sound.objects, stray] })).toContain(footprints);
});
