import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessPlan } from '../../temporal-dev/launch.ts';

export const temporaryDirectory = (): string => mkdtempSync(join(tmpdir(), 'dialtone-test-'));

/** A process of a few lines of JavaScript instead of a server. */
export const fakePlan = (name: string, script: string, more: Partial<ProcessPlan> = {}): ProcessPlan => ({
  name,
  command: process.execPath,
  args: ['-e', script],
  ready: 'message',
  ...more,
});

export const staysReady = `process.send({ type: 'ready' }); setInterval(() => undefined, 1000);`;
