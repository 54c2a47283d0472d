import type { CompactServiceOrder } from '../../src/decomposition/plan.ts';
import { sketch } from '../order/driver.ts';
import { apply, final, optional, revoke } from '../serviceOrder/driver.ts';

const build = [apply('1/x'), apply('1/y', ['1/x'])];
const both = [apply('1/x'), apply('1/y')];
const replace = [apply('1/x+'), revoke('1/x.gone')];
const remove = [revoke('1/y'), revoke('1/x', ['1/y'])];
const modify = 'modify' as const;
const maybe = (id: string) => [
  apply('1/x', [], [`reliesOn.up.r${id}`]),
  apply('1/y', ['1/x'], ['steps.x.r']),
];

type Scopes = Readonly<Record<string, readonly CompactServiceOrder[]>>;

/** Scopes of up to four steps. */
export const smallScopes: Scopes = {
  'one after the other': [sketch('a', { steps: build }), sketch('b', { steps: build, after: ['a'] })],
  'side by side': [sketch('a', { steps: build }), sketch('b', { steps: build })],
  'steps side by side': [sketch('a', { steps: both }), sketch('b', { steps: both })],
  'replacing below replacing': [
    sketch('a', { action: modify, steps: replace }),
    sketch('b', { action: modify, steps: replace, after: ['a'] }),
  ],
  'changing upon replacing': [
    sketch('a', { action: modify, steps: replace }),
    sketch('b', { action: modify, steps: [apply('1/x')], after: ['a'] }),
  ],
  'replacing beside replacing': ['a', 'b'].map((id) => sketch(id, { action: modify, steps: replace })),
  'changing below changing': [
    sketch('a', { action: modify, steps: build }),
    sketch('b', { action: modify, steps: build, after: ['a'] }),
  ],
  'a point of no return beside another': [
    sketch('a', { steps: [final(apply('1/x')), apply('1/y')] }),
    sketch('b', { steps: both }),
  ],
  'an optional step': [
    sketch('a', { steps: [optional(apply('1/x')), apply('1/y', ['1/x'])] }),
    sketch('b', { steps: build, optional: true }),
  ],
  'an exchange': [sketch('a', { action: 'delete', steps: remove }), sketch('b', { steps: build })],
};

/** Scopes of up to four steps whose systems may report later: side by side only two, since each adds many ways. */
export const reportingScopes: Scopes = {
  'reports below others': [
    sketch('a', { steps: [apply('1/x')] }),
    sketch('b', { steps: [apply('1/x')], after: ['a'] }),
  ],
  'reports beside others': [sketch('a', { steps: [apply('1/x')] }), sketch('b', { steps: [apply('1/x')] })],
  'a change reports': [
    sketch('a', { action: modify, steps: build }),
    sketch('b', { action: modify, steps: replace, after: ['a'] }),
  ],
  'a point of no return reports': [
    sketch('a', { steps: [apply('1/x'), final(apply('1/y', ['1/x']))] }),
    sketch('b', { steps: [apply('1/x')], after: ['a'] }),
  ],
};

/** Scopes of three service orders. */
export const wideScopes: Scopes = {
  'a chain': [
    sketch('a', { steps: build }),
    sketch('b', { steps: build, after: ['a'] }),
    sketch('c', { steps: build, after: ['b'] }),
  ],
  'two below one': [
    sketch('a', { steps: build }),
    sketch('b', { steps: build }),
    sketch('c', { steps: build, after: ['a', 'b'] }),
  ],
  'one below two': [
    sketch('a', { steps: build }),
    sketch('b', { steps: build, after: ['a'] }),
    sketch('c', { steps: build, after: ['a'] }),
  ],
  'a change that may reach further': [
    sketch('a', { action: modify, steps: build }),
    sketch('b', { action: modify, skippable: true, steps: maybe('a'), after: ['a'], reliesOn: { up: 'a' } }),
    sketch('c', { action: modify, skippable: true, steps: maybe('b'), after: ['b'], reliesOn: { up: 'b' } }),
  ],
  'an exchange of three': [
    sketch('a', { action: modify, steps: replace }),
    sketch('b', { steps: build, after: ['a'] }),
    sketch('c', { action: 'delete', steps: remove }),
  ],
  'an end': [
    sketch('a', { action: 'delete', steps: remove, after: ['b', 'c'] }),
    sketch('b', { action: 'delete', steps: remove, after: ['c'] }),
    sketch('c', { action: 'delete', steps: remove }),
  ],
};

/** The one with the most ways of all. */
export const widestScopes: Scopes = {
  'three side by side': ['a', 'b', 'c'].map((id) => sketch(id, { steps: build })),
};
