import { expect, test } from 'vitest';
import { explore, fewFaults, oneAct } from '../simulation/explore.ts';
import { smallScopes } from '../simulation/scopes.ts';

const known = ['cancelled', 'completed', 'failed', 'held', 'partial'];

test.each([
  { scope: 'one after the other', faultsMax: 1 },
  { scope: 'replacing below replacing', faultsMax: 1 },
  { scope: 'changing below changing', faultsMax: 1 },
  { scope: 'changing upon replacing', faultsMax: 0 },
  { scope: 'an exchange', faultsMax: 0 },
  { scope: 'a point of no return beside another', faultsMax: 0 },
])(
  '$scope, $faultsMax faults: whatever one cancel, abort, hold or command meets, the order ends or needs a person',
  ({ scope, faultsMax }) => {
    const plan = smallScopes[scope] ?? [];
    const { worlds, ends } = explore({ plan, window: 3, faults: fewFaults, faultsMax, ...oneAct });
    expect(worlds).toBeGreaterThan(200);
    expect(Object.keys(ends)).toContain('cancelled');
    expect(Object.keys(ends).filter((end) => !known.includes(end))).toEqual([]);
  },
  60_000,
);
