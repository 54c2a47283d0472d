import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectDatabase, type DatabaseClient } from '../../drizzle/client.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

let fresh: FreshDatabase;
let database: DatabaseClient;
beforeAll(async () => {
  fresh = await freshDatabase();
  database = connectDatabase({ url: fresh.url, pool: 1, statementTimeoutMs: 5_000, name: 'lists' });
});
afterAll(async () => {
  await database.close();
  await fresh.drop();
});

test.each([[[]], [['a', 'b c']], [['', 'NULL', 'null', 'a,b', '{}', '"', '\\', ' \n', 'é']]])(
  '%j goes to Postgres and comes back',
  async (texts: string[]) => {
    const [row] = await database.db.execute(
      sql`select ${sql.param(texts)}::text[] as list, cardinality(${sql.param(texts)}::text[]) as length`,
    );
    expect(row).toEqual({ list: texts, length: texts.length });
  },
);
