import { expect, test } from 'vitest';
import { explore, fewFaults, takenFaults } from '../simulation/explore.ts';
import { reportingScopes, smallScopes, wideScopes } from '../simulation/scopes.ts';

const scopes = { ...smallScopes, ...wideScopes };

test.each(Object.keys(scopes).flatMap((scope) => [1, 3].map((window) => ({ scope, window }))))(
  '$scope, with room for $window: every way there is leads to completed, failed, partial or held',
  ({ scope, window }) => {
    const { worlds, ends } = explore({
      plan: scopes[scope] ?? [],
      window,
      faults: fewFaults,
      faultsMax: 1,
    });
    expect(worlds).toBeGreaterThan(20);
    const known = ['completed', 'failed', 'held', 'partial'];
    expect(Object.keys(ends)).toContain('completed');
    expect(Object.keys(ends).filter((end) => !known.includes(end))).toEqual([]);
  },
);

test.each(Object.entries(reportingScopes))(
  '%s: a write that is taken ends with its report, or is held, however these meet',
  (_, plan) => {
    const { ends } = explore({ plan, window: 3, faults: takenFaults, faultsMax: 1 });
    expect(Object.keys(ends)).toEqual(expect.arrayContaining(['completed', 'failed', 'held']));
  },
);
