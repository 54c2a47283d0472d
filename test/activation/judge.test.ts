import { describe, expect, test } from 'vitest';
import type { Observed } from '../../src/activation/adapter.ts';
import {
  holdsValues,
  judgeDone,
  judgeDoubt,
  judgeForward,
  judgeReport,
  type Wanted,
} from '../../src/activation/judge.ts';

const values = { speed: 100 };
const key = 'so/1/line/1/do';
const create: Wanted = { verb: 'apply', key, values, expect: 'absent' };
const change: Wanted = { verb: 'apply', key, values, expect: { version: 'v1' } };
const revoke: Wanted = { verb: 'revoke', key, values: {}, expect: { version: 'v1' } };
const revokeDoubtful: Wanted = { ...revoke, expect: 'absent' };
const wanted = { create, change, revoke, revokeDoubtful };

const there = (
  by: string | null,
  version: string,
  speed: number,
): Extract<Observed, { type: 'present' }> => ({
  type: 'present',
  key: by,
  version,
  observed: { speed, vlan: 7 },
});
const refusalOf = (by: string) => ({ key: by, code: 'numberInUse', message: "it is somebody else's" });
const shown = {
  nothing: { type: 'absent' },
  'ours as wanted': there(key, 'v2', 100),
  'ours with other values': there(key, 'v2', 5),
  "another's, unchanged": there('other', 'v1', 100),
  "another's, changed": there('other', 'v2', 100),
  'unmarked, unchanged': there(null, 'v1', 100),
  'unmarked, changed': there(null, 'v2', 100),
  'unmarked with other values': there(null, 'v2', 5),
  'ours under way': { type: 'pending', key },
  "another's under way": { type: 'pending', key: 'other' },
  'nothing, ours refused later': { type: 'absent', refusal: refusalOf(key) },
  "nothing, another's refused later": { type: 'absent', refusal: refusalOf('other') },
  "another's, unchanged, ours refused later": {
    ...there('other', 'v1', 100),
    refusal: refusalOf(key),
  },
} as const satisfies Record<string, Observed>;
type Shown = keyof typeof shown;

type Table = Readonly<Record<Shown, string>>;
/** The same whatever was wanted. */
const underWay = { 'ours under way': 'pending', "another's under way": 'conflict pendingOther' };
const doubt: Readonly<Record<keyof typeof wanted, Table>> = {
  create: {
    ...underWay,
    'nothing, ours refused later': 'refused numberInUse',
    "nothing, another's refused later": 'withoutEffect',
    "another's, unchanged, ours refused later": 'conflict exists',
    nothing: 'withoutEffect',
    'ours as wanted': 'effected',
    'ours with other values': 'lied otherValues',
    "another's, unchanged": 'conflict exists',
    "another's, changed": 'conflict exists',
    'unmarked, unchanged': 'conflict unmarked',
    'unmarked, changed': 'conflict unmarked',
    'unmarked with other values': 'conflict unmarked',
  },
  change: {
    ...underWay,
    'nothing, ours refused later': 'drift vanished',
    "nothing, another's refused later": 'drift vanished',
    "another's, unchanged, ours refused later": 'refused numberInUse',
    nothing: 'drift vanished',
    'ours as wanted': 'effected',
    'ours with other values': 'lied otherValues',
    "another's, unchanged": 'withoutEffect',
    "another's, changed": 'drift changed',
    'unmarked, unchanged': 'withoutEffect',
    'unmarked, changed': 'drift changed',
    'unmarked with other values': 'drift changed',
  },
  revoke: {
    ...underWay,
    'nothing, ours refused later': 'effected',
    "nothing, another's refused later": 'effected',
    "another's, unchanged, ours refused later": 'refused numberInUse',
    nothing: 'effected',
    'ours as wanted': 'drift changed',
    'ours with other values': 'drift changed',
    "another's, unchanged": 'withoutEffect',
    "another's, changed": 'drift changed',
    'unmarked, unchanged': 'withoutEffect',
    'unmarked, changed': 'drift changed',
    'unmarked with other values': 'drift changed',
  },
  revokeDoubtful: {
    ...underWay,
    'nothing, ours refused later': 'effected',
    "nothing, another's refused later": 'effected',
    "another's, unchanged, ours refused later": 'drift changed',
    nothing: 'effected',
    'ours as wanted': 'drift changed',
    'ours with other values': 'drift changed',
    "another's, unchanged": 'drift changed',
    "another's, changed": 'drift changed',
    'unmarked, unchanged': 'drift changed',
    'unmarked, changed': 'drift changed',
    'unmarked with other values': 'drift changed',
  },
};
const stillAtIt = { 'ours under way': 'lied stillPending', "another's under way": 'lied stillPending' };
const afterApply: Table = {
  ...stillAtIt,
  'nothing, ours refused later': 'lied notThere',
  "nothing, another's refused later": 'lied notThere',
  "another's, unchanged, ours refused later": 'lied otherKey',
  nothing: 'lied notThere',
  'ours as wanted': 'effected',
  'ours with other values': 'lied otherValues',
  "another's, unchanged": 'lied otherKey',
  "another's, changed": 'lied otherKey',
  'unmarked, unchanged': 'effected',
  'unmarked, changed': 'effected',
  'unmarked with other values': 'lied otherValues',
};
const afterRevoke: Table = {
  ...(Object.fromEntries(Object.keys(shown).map((name) => [name, 'lied stillThere'])) as Table),
  ...stillAtIt,
  nothing: 'effected',
  'nothing, ours refused later': 'effected',
  "nothing, another's refused later": 'effected',
};
const done = { create: afterApply, change: afterApply, revoke: afterRevoke, revokeDoubtful: afterRevoke };

const rows = (table: typeof doubt) =>
  (Object.keys(wanted) as (keyof typeof wanted)[]).flatMap((call) =>
    (Object.keys(shown) as Shown[]).map((sight) => ({ call, sight, expected: table[call][sight] })),
  );
const brief = (judged: ReturnType<typeof judgeDoubt>) =>
  judged.type === 'wrong' ? `${judged.class} ${judged.code}` : judged.type;

describe('nobody heard the end of the call', () => {
  test.each(rows(doubt))('$call, and the system shows $sight → $expected', ({ call, sight, expected }) => {
    expect(brief(judgeDoubt(wanted[call], shown[sight]))).toBe(expected);
  });
});

describe('the system said done', () => {
  test.each(rows(done))('$call, and it shows $sight → $expected', ({ call, sight, expected }) => {
    expect(brief(judgeDone(wanted[call], shown[sight]))).toBe(expected);
  });
});

describe('the system was to report later', () => {
  test.each(rows(doubt))(
    '$call, and it shows $sight: as in doubt, but never sent again',
    ({ call, sight, expected }) => {
      const instead = expected === 'withoutEffect' ? 'inDoubt reportMissing' : expected;
      expect(brief(judgeReport(wanted[call], () => false, shown[sight]))).toBe(instead);
    },
  );

  test('only a refusal of our own call is its end', () => {
    expect(judgeReport(create, () => false, shown['nothing, ours refused later'])).toMatchObject({
      final: true,
    });
    expect(judgeReport(create, () => false, shown["another's, changed"])).not.toHaveProperty('final');
  });
});

test('an effect comes with all the system shows of it, what it chose itself included', () => {
  const judged = judgeDoubt(create, shown['ours as wanted']);
  expect(judged).toEqual({ type: 'effected', observed: { speed: 100, vlan: 7 }, version: 'v2' });
});

test('every wanted value has to be there, and nothing else is looked at', () => {
  expect(holdsValues({ speed: 100, vlan: 7 }, { speed: 100 })).toBe(true);
  expect(holdsValues({ vlan: 7 }, { speed: 100 })).toBe(false);
  expect(holdsValues({ speed: '100' }, { speed: 100 })).toBe(false);
  expect(holdsValues({ nested: { a: 1, b: [2] } }, { nested: { b: [2], a: 1 } })).toBe(true);
  expect(holdsValues({}, { speed: null })).toBe(false);
});

describe('other values are wanted than an earlier call of ours had', () => {
  const isOwnKey = (seen: string) => seen.startsWith('so/1/line/');
  const edited = { ...create, key: 'so/1/line/2/do' };
  const earlier = shown['ours with other values'];

  test('what that call left is written over, at the version it has', () => {
    const expected = { type: 'ours', expect: { version: 'v2' } };
    expect(judgeForward(edited, isOwnKey, earlier)).toEqual(expected);
    expect(judgeForward({ ...edited, expect: { version: 'v1' } }, isOwnKey, earlier)).toEqual(expected);
  });

  test('a call that was refused later stays refused', () => {
    const now = { ...earlier, refusal: refusalOf(edited.key) };
    expect(judgeForward(edited, isOwnKey, now)).toMatchObject({ type: 'wrong', class: 'refused' });
  });

  test('all else is judged as before', () => {
    for (const now of Object.values(shown))
      expect(judgeForward(create, isOwnKey, now)).toEqual(judgeDoubt(create, now));
    expect(judgeForward(revoke, isOwnKey, earlier)).toEqual(judgeDoubt(revoke, earlier));
  });
});
