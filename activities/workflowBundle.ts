import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type Logger } from '@temporalio/worker';

const repository = fileURLToPath(new URL('..', import.meta.url));
const cache = join(repository, 'node_modules', '.cache', 'dialtone');

/** The code of the workflows, bundled once for each state of its sources: a worker that died is back sooner. */
export async function bundleWorkflows(logger: Logger): Promise<{ readonly code: string }> {
  const file = `workflows-${hashOfSources()}.js`;
  try {
    return { code: readFileSync(join(cache, file), 'utf8') };
  } catch {
    const workflowsPath = join(repository, 'workflows', 'index.ts');
    const { code } = await bundleWorkflowCode({ workflowsPath, logger });
    keep(file, code);
    return { code };
  }
}

function hashOfSources(): string {
  const hash = createHash('sha256').update(process.version);
  for (const file of ['package-lock.json', ...sourcesIn('src'), ...sourcesIn('workflows')]) {
    hash.update(`\0${file}\0`).update(readFileSync(join(repository, file)));
  }
  return hash.digest('hex').slice(0, 32);
}

const sourcesIn = (folder: string): string[] =>
  readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join(folder, name));

/** Only the newest is kept. Where nothing may be written, every start bundles anew. */
function keep(file: string, code: string): void {
  const unfinished = `${file}.${process.pid}`;
  try {
    mkdirSync(cache, { recursive: true });
    writeFileSync(join(cache, unfinished), code);
    renameSync(join(cache, unfinished), join(cache, file));
    for (const other of readdirSync(cache)) {
      if (/^workflows-\w{32}\.js$/.test(other) && other !== file) rmSync(join(cache, other), { force: true });
    }
  } catch {
    rmSync(join(cache, unfinished), { force: true });
  }
}
