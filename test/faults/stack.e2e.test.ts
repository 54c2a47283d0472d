import { afterEach, expect, test } from 'vitest';
import { isAlive } from '../../temporal-dev/processesFile.ts';
import { type Stack, type StackProcess, startStack } from '../support/stack.ts';

let stack: Stack | undefined;
afterEach(async () => {
  await stack?.stop();
  stack = undefined;
});

const isReady = async ({ apiUrl }: Stack): Promise<boolean> => (await fetch(`${apiUrl}/health/ready`)).ok;

test('every process of a whole Dialtone may be killed: each comes back, and nothing stays at the end', async () => {
  const whole = await startStack({ ownServers: true });
  stack = whole;
  const names: readonly StackProcess[] = ['postgres', 'temporal', 'network', 'api', 'relay', 'worker'];
  for (const name of names) {
    const before = whole.pid(name);
    await whole.kill(name);
    await whole.waitReady(name, 2);
    expect(whole.pid(name)).not.toBe(before);
  }
  expect(await isReady(whole)).toBe(true);
  const pids = names.map(whole.pid);
  await whole.stop();
  expect(pids.filter(isAlive)).toEqual([]);
}, 120_000);

test('two stacks share the servers of the test run without meeting', async () => {
  const other = await startStack({ roles: ['api'], demoCatalogue: false });
  try {
    stack = await startStack({ roles: ['api'], demoCatalogue: false });
    expect(stack.databaseUrl).not.toBe(other.databaseUrl);
    expect(stack.temporalNamespace).not.toBe(other.temporalNamespace);
    expect(await Promise.all([isReady(stack), isReady(other)])).toEqual([true, true]);
  } finally {
    await other.stop();
  }
});
