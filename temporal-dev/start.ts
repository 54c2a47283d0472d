import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { portTrouble } from './ports.ts';
import { removePostgresData } from './postgresPlace.ts';
import { runningSupervisor } from './processesFile.ts';
import { createProgress, type Progress } from './progress.ts';
import { nodeTrouble, parseSettings, type Settings, usage } from './settings.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';
import { type Ports, startWorkbench } from './workbench.ts';

const sampleOrder =
  '{"productOrderItem":[{"id":"1","action":"add","productOffering":{"id":"OFF-BIZ-FIBRE-BUNDLE"}}]}';

const welcome = (ports: Ports): string => `
Dialtone is ready.

  API               http://localhost:${ports.api}
  Temporal Web UI   http://localhost:${ports.temporalUi}
  Network           http://localhost:${ports.network}

Order a Business Fibre bundle:

  curl -s http://localhost:${ports.api}/tmf-api/productOrderingManagement/v4/productOrder \\
    -H 'content-type: application/json' \\
    -d '${sampleOrder}'

Ctrl-C stops everything; the next npm start goes on from here.`;

function refuse(trouble: string, exitCode: 1 | 2): never {
  console.error(trouble);
  process.exit(exitCode);
}

async function checkMachine({ directory, ports, portsByVariable }: Settings): Promise<void> {
  const tooOld = nodeTrouble(process.version);
  if (tooOld !== undefined) refuse(tooOld, 1);
  const running = await runningSupervisor(directory);
  if (running !== undefined) {
    refuse(
      `Dialtone already runs here (pid ${running}): http://localhost:${ports.api}. Ctrl-C there stops it.`,
      1,
    );
  }
  const taken = await portTrouble(portsByVariable);
  if (taken !== undefined) refuse(taken, 1);
}

/** Only what a start writes: the directory may be one that holds other things too. */
const written = [
  'temporal.db',
  'temporal.db-wal',
  'temporal.db-shm',
  'network.jsonl',
  'logs',
  'processes.json',
];

function forget(directory: string): void {
  removePostgresData(directory);
  for (const name of written) rmSync(join(directory, name), { recursive: true, force: true });
}

/** npm keeps a SIGTERM to itself and its shell: we see only that our parent has become another one. */
function whenParentIsGone(tell: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watching = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watching);
    tell();
  }, 500);
  watching.unref();
}

/** Resolves at the first request to stop; the second one kills everything at once. */
function stopRequested(supervisor: Supervisor, progress: Progress): Promise<void> {
  let asked = false;
  return new Promise((resolve) => {
    const ask = (): void => {
      if (asked) {
        supervisor.killAll();
        process.exit(1);
      }
      asked = true;
      progress.line('\nStopping; once more kills at once.');
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
    whenParentIsGone(ask);
  });
}

async function start(settings: Settings): Promise<number> {
  const { directory, ports } = settings;
  const progress = createProgress();
  const supervisor = createSupervisor({ directory, say: (line) => progress.line(`  ${line}`) });
  const stopping = new AbortController();
  const stop = stopRequested(supervisor, progress).then(() => {
    stopping.abort();
    return 0;
  });
  const run = async (): Promise<number> => {
    await startWorkbench({ supervisor, directory, ports, progress, signal: stopping.signal });
    progress.line(welcome(ports));
    throw await supervisor.gaveUp;
  };
  try {
    return await Promise.race([run(), stop]);
  } catch (error) {
    console.error(`\n${(error as Error).message}`);
    return 1;
  } finally {
    await supervisor.stop();
  }
}

const parsed = parseSettings(process.argv.slice(2), process.env);
if (!parsed.ok) refuse(parsed.trouble, 2);
if (parsed.settings.help) {
  console.log(usage);
} else {
  await checkMachine(parsed.settings);
  if (parsed.settings.fresh) forget(parsed.settings.directory);
  process.exit(await start(parsed.settings));
}
