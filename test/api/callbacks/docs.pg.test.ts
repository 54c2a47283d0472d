import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { serve } from '@hono/node-server';
import { expect, test } from 'vitest';
import { createApp } from '../../../api/app.ts';
import { must } from '../../../src/kernel/assert.ts';
import { freePort } from '../../../temporal-dev/ports.ts';
import { noteStep, saveSecrets, secretOf } from '../../support/callbacks.ts';
import { startApi } from '../support/api.ts';
import { testDeps } from '../support/deps.ts';

const document = readFileSync(new URL('../../../docs/callbacks.md', import.meta.url), 'utf8');
const [, example] = /```js\n([^`]*(?:`[^`]+`[^`]*)*?)```\n/.exec(document) ?? [];

test('the example of the documentation sends a callback that is taken', async () => {
  const api = await startApi();
  const port = await freePort();
  const server = serve({ fetch: createApp(testDeps(api.db)).fetch, hostname: '127.0.0.1', port });
  try {
    await saveSecrets(api.db, ['olt']);
    await noteStep(api.db, { serviceOrder: 'documented', correlationId: 'default.olt.documented' });
    const env = {
      DIALTONE_URL: `http://127.0.0.1:${port}`,
      CORRELATION_ID: 'default.olt.documented',
      CALLBACK_SECRET: secretOf('olt'),
    };
    const script = ['--input-type=module', '--eval', must(example, 'an example')];
    const { stdout } = await promisify(execFile)(process.execPath, script, { env, timeout: 20_000 });
    expect(stdout).toBe('202\n');
    const { body } = await api.get('/ops/v1/callbacks');
    expect(body).toMatchObject([{ state: 'waiting', serviceOrder: 'documented' }]);
  } finally {
    await new Promise((resolve) => server.close(resolve));
    await api.stop();
  }
});
