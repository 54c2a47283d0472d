import { Connection } from '@temporalio/client';
import type { ProcessPlan } from './launch.ts';

export interface TemporalServerOptions {
  readonly binary: string;
  readonly port: number;
  /** Without a port there is no Web UI. */
  readonly uiPort?: number;
  /** Without a file everything is forgotten at the end. */
  readonly file?: string;
}

/** Caps that would throttle a load test, and cachings that would make a new namespace wait. */
const dynamicConfig = {
  'frontend.rps': 1_000_000,
  'frontend.namespaceRPS': 1_000_000,
  'frontend.namespaceRPS.visibility': 1_000_000,
  'frontend.namespaceCount': 10_000,
  'history.rps': 1_000_000,
  'matching.rps': 1_000_000,
  'frontend.persistenceMaxQPS': 1_000_000,
  'history.persistenceMaxQPS': 1_000_000,
  'matching.persistenceMaxQPS': 1_000_000,
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  'system.enableActivityEagerExecution': true,
  'system.forceSearchAttributesCacheRefreshOnRead': true,
  'limit.maxIDLength': 255,
};

async function answers(address: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: 1_000 });
  try {
    await connection.withDeadline(Date.now() + 2_000, () =>
      connection.workflowService.describeNamespace({ namespace: 'default' }),
    );
  } finally {
    await connection.close();
  }
}

export function temporalServerPlan({ binary, port, uiPort, file }: TemporalServerOptions): ProcessPlan {
  const durable = ['--db-filename', file ?? '', '--sqlite-pragma', 'journal_mode=wal'];
  return {
    name: 'temporal',
    command: binary,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'error'],
      ...(uiPort === undefined ? ['--headless'] : ['--ui-ip', '127.0.0.1', '--ui-port', String(uiPort)]),
      ...(file === undefined ? [] : [...durable, '--sqlite-pragma', 'synchronous=normal']),
      ...Object.entries(dynamicConfig).flatMap(([name, value]) => [
        '--dynamic-config-value',
        `${name}=${JSON.stringify(value)}`,
      ]),
    ],
    ready: () => answers(`127.0.0.1:${port}`),
    port,
    url: uiPort === undefined ? `127.0.0.1:${port}` : `http://localhost:${uiPort}`,
    ...(file === undefined ? {} : { data: file }),
  };
}
