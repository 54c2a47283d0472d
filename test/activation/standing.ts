import type { StandingStep } from '../../src/activation/attempt.ts';
import type { Footprint } from '../../src/inventory/inventory.ts';

export const keyOf = (generation: number): string => `so/1/route/${generation}/do`;

/** A step before its first attempt: it reads a characteristic, a result of its own service and one of another. */
export const freshStep: StandingStep = {
  system: 'edge',
  verb: 'apply',
  object: 'route/s1',
  values: {
    metric: 'characteristics.metric',
    cidr: 'steps.prefix.cidr',
    vlan: 'reliesOn.access.vlan',
  },
  overrides: {},
  results: { hop: 'observed.hop' },
  verify: 'always',
  fixed: null,
  state: 'waiting',
  way: 'do',
  attempt: 0,
  generation: 0,
  decided: false,
  wanted: null,
  changed: [],
  service: 's1',
  characteristics: { metric: 10 },
  types: { metric: 'integer' },
  steps: { prefix: { cidr: '10.0.0.0/29' } },
  reliesOn: { access: { vlan: 7 } },
  builtAfter: ['ipam prefix/s1'],
  standing: null,
  before: null,
};

export const wantedValues = { metric: 10, cidr: '10.0.0.0/29', vlan: 7 };

export const standingPrint: Footprint = {
  step: 'route',
  system: 'edge',
  object: 'route/s1',
  values: { metric: 5, cidr: '10.0.0.0/29', vlan: 7 },
  results: { hop: 'h1' },
  version: 'v1',
  builtAfter: ['olt line/s1'],
  presence: 'present',
  key: 'old/1/route/1/do',
};
