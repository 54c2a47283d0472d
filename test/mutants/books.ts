import type { Mutant } from './mutant.ts';

/** Defects of what is written, and of who may write it. Caught by tests against a running Postgres. */
export const books: readonly Mutant[] = [
  {
    name: 'books: a late attempt writes over a newer one',
    file: 'drizzle/stepStore.ts',
    search: '        and attempt = ',
    replace: '        and attempt >= ',
    tests: ['test/drizzle/steps.pg.test.ts'],
  },
  {
    name: 'books: the footprint of before is taken anew at each attempt',
    file: 'drizzle/stepStore.ts',
    search: 'case when attempt = 0 then',
    replace: 'case when attempt >= 0 then',
    tests: ['test/drizzle/steps.pg.test.ts'],
  },
  {
    name: 'books: nobody looks for effects that come late',
    file: 'drizzle/stepStore.ts',
    search: "attempt > 1 && (state === 'done' || state === 'undone')",
    replace: "attempt < 1 && (state === 'done' || state === 'undone')",
    tests: ['test/drizzle/steps.pg.test.ts'],
  },
  {
    name: 'books: a record that comes twice counts twice',
    file: 'drizzle/turnStore.ts',
    search: '  if (!isDue(last, turn)) return false;\n',
    replace: '',
    tests: ['test/drizzle/lateDuplicates.pg.test.ts'],
  },
  {
    name: 'books: what one order holds another gets',
    file: 'drizzle/claimStore.ts',
    search: "where (claim.mode = 'shared' and excluded.mode = 'shared')",
    replace: 'where true',
    tests: ['test/drizzle/claims.pg.test.ts'],
  },
  {
    name: 'books: a claim is released for all who share it',
    file: 'drizzle/claimStore.ts',
    search: ' and holders = array[',
    replace: ' and holders @> array[',
    tests: ['test/drizzle/claims.pg.test.ts'],
  },
  {
    name: 'books: other content under the same external id passes for the same order',
    file: 'drizzle/acceptOnce.ts',
    search: 'if (known.fingerprint !== posted.fingerprint)',
    replace: 'if (posted.fingerprint === undefined)',
    tests: ['test/drizzle/acceptance.pg.test.ts'],
  },
  {
    name: 'books: an order that ends meanwhile is cancelled all the same',
    file: 'drizzle/cancelStore.ts',
    search: '  if (refusal) return { refusal };\n',
    replace: '',
    tests: ['test/drizzle/cancelStore.pg.test.ts'],
  },
  {
    name: 'books: a callback with a wrong signature is stored',
    file: 'api/activation/routes.ts',
    search: '  if (fault === undefined) return correlation;\n',
    replace: '  if (fault !== null) return correlation;\n',
    tests: ['test/api/callbacks/receive.pg.test.ts'],
  },
  {
    name: 'books: a callback that comes again is told again',
    file: 'drizzle/callbackStore.ts',
    search: 'if (state === undefined && (await isAboutAnother(tx, received))) {',
    replace: 'if (state === undefined) {',
    tests: ['test/api/callbacks/receive.pg.test.ts'],
  },
];
