import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { withPostgres } from '../../temporal-dev/postgres.ts';
import { templateDatabase } from './servers.ts';

export interface FreshDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** A migrated database of its own, copied from the one that globalSetup migrated. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const admin = inject('postgresUrl');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await withPostgres(admin, (sql) => sql`create database ${sql(name)} template ${sql(templateDatabase)}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => withPostgres(admin, async (sql) => void (await sql`drop database ${sql(name)} with (force)`)),
  };
}
