import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { freePort } from '../../temporal-dev/ports.ts';
import { postgresPlan, postgresUrl, withPostgres } from '../../temporal-dev/postgres.ts';
import { migratePlan, networkPlan } from '../../temporal-dev/roles.ts';
import { createSupervisor } from '../../temporal-dev/supervisor.ts';
import { findTemporal } from '../../temporal-dev/temporalBinary.ts';
import { temporalServerPlan } from '../../temporal-dev/temporalServer.ts';
import { temporaryPlace } from './temporaryPlace.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A database in which others are made and dropped; tests use `freshDatabase`. */
    postgresUrl: string;
    temporalAddress: string;
    temporalBinary: string;
    networkUrl: string;
  }
}

export const templateDatabase = 'dialtone_template';

/** Starts one Postgres, one Temporal and one network for all test files, beside whatever else runs here. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { directory, postgres, removeAtEnd } = temporaryPlace();
  const [postgresPort, temporalPort, networkPort] = [await freePort(), await freePort(), await freePort()];
  const supervisor = createSupervisor({ directory, removeAtEnd, say: (line) => console.error(line) });
  try {
    const binary = await findTemporal({ tell: (detail) => console.log(detail) });
    await Promise.all([
      supervisor.start(postgresPlan({ place: postgres, port: postgresPort, waitForDisk: false })),
      supervisor.start(temporalServerPlan({ binary, port: temporalPort })),
      supervisor.start(
        networkPlan({
          port: networkPort,
          file: join(directory, 'network.jsonl'),
          callbackUrl: 'http://127.0.0.1:9',
        }),
      ),
    ]);
    const postgresAdmin = postgresUrl(postgresPort, 'postgres');
    await withPostgres(postgresAdmin, (sql) => sql`create database ${sql(templateDatabase)}`);
    const temporalAddress = `127.0.0.1:${temporalPort}`;
    const networkUrl = `http://127.0.0.1:${networkPort}`;
    await supervisor.run(
      migratePlan({
        databaseUrl: postgresUrl(postgresPort, templateDatabase),
        temporalAddress,
        networkUrl,
        apiPort: 9,
      }),
    );
    project.provide('postgresUrl', postgresAdmin);
    project.provide('temporalAddress', temporalAddress);
    project.provide('temporalBinary', binary);
    project.provide('networkUrl', networkUrl);
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
  return () => supervisor.stop();
}
