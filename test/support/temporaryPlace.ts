import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgresPlace, type PostgresPlace } from '../../temporal-dev/postgresPlace.ts';

/** A test worker whose vitest was killed would run on for ever, and its servers with it. */
process.once('disconnect', () => process.exit(1));

/** A directory that Postgres may enter, also when the tests run as root and Postgres does not. */
export function temporaryPlace(): {
  directory: string;
  postgres: PostgresPlace;
  removeAtEnd: readonly string[];
} {
  const directory = mkdtempSync(join(tmpdir(), 'dialtone-'));
  chmodSync(directory, 0o755);
  const postgres = findPostgresPlace(directory);
  return { directory, postgres, removeAtEnd: [postgres.data, directory] };
}
