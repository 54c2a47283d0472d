import { expect, test } from 'vitest';
import { type Footprint, footprintName, type Service, standing } from '../../src/inventory/inventory.ts';

const footprint = (object: string, presence: Footprint['presence']): Footprint => ({
  step: object,
  system: 'olt',
  object,
  values: {},
  results: {},
  version: '1',
  builtAfter: [],
  presence,
  key: 'k',
});

test('what is present or doubtful stands, what is absent does not', () => {
  const prints = (['present', 'doubtful', 'absent'] as const).map((presence) =>
    footprint(presence, presence),
  );
  const service = { footprint: prints } as unknown as Service;
  expect(standing(service).map(({ object }) => object)).toEqual(['present', 'doubtful']);
});

test('an object is named together with its system', () => {
  expect(footprintName(footprint('line/1', 'present'))).toBe('olt line/1');
});
