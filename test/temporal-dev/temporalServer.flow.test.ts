import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { freePort } from '../../temporal-dev/ports.ts';
import { createSupervisor, type Supervisor } from '../../temporal-dev/supervisor.ts';
import { temporalServerPlan } from '../../temporal-dev/temporalServer.ts';
import { freshNamespace } from '../support/namespace.ts';
import { temporaryPlace } from '../support/temporaryPlace.ts';

let directory: string;
let supervisor: Supervisor;

beforeEach(() => {
  directory = temporaryPlace().directory;
  supervisor = createSupervisor({ directory });
});

afterEach(async () => {
  await supervisor.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function withClient<T>(
  address: string,
  namespace: string,
  task: (client: Client) => Promise<T>,
): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await task(new Client({ connection, namespace }));
  } finally {
    await connection.close();
  }
}

test('a Temporal that is killed again and again comes back on the same file with every workflow', async () => {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const server = await supervisor.start(
    temporalServerPlan({ binary: inject('temporalBinary'), port, file: join(directory, 'temporal.db') }),
  );
  const ids: string[] = [];
  for (const round of [1, 2, 3]) {
    await withClient(address, 'default', async (client) => {
      const handle = await client.workflow.start('none', {
        taskQueue: 'nobody',
        workflowId: `order-${round}`,
      });
      await handle.signal('anything');
      ids.push(handle.workflowId);
    });
    await server.kill('SIGKILL');
    await server.ready(round + 1);
    const events = await withClient(address, 'default', (client) =>
      Promise.all(ids.map(async (id) => (await client.workflow.getHandle(id).fetchHistory()).events?.length)),
    );
    expect(events).toEqual(ids.map(() => 3));
  }
});

test('a fresh namespace can be used at once', async () => {
  const namespace = await freshNamespace();
  const status = await withClient(inject('temporalAddress'), namespace, async (client) => {
    const handle = await client.workflow.start('none', { taskQueue: 'nobody', workflowId: 'order' });
    return (await handle.describe()).status.name;
  });
  expect(status).toBe('RUNNING');
});
