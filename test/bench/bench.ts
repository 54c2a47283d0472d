import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Connection } from '@temporalio/client';
import postgres from 'postgres';
import { createSupervisor, type Supervisor } from '../../temporal-dev/supervisor.ts';
import type { ProcessPlan } from '../../temporal-dev/launch.ts';
import { temporaryPlace } from '../support/temporaryPlace.ts';
import { createBareOrders } from './bare.ts';
import { cpuByProcess } from './cpu.ts';
import { createDialtoneOrders } from './dialtone.ts';
import { type Contender, closedLoop, type Measured, ordersPerSecond, shapes, together } from './load.ts';
import { type BenchOptions, parseOptions, usage } from './options.ts';
import { commitOf, machineOf, resultsOf, type Series, tableOf } from './report.ts';
import { type BenchServers, startBenchServers } from './servers.ts';
import { coin } from './statistics.ts';

const inFlight = 30;

async function measure(
  contenders: readonly Contender[],
  options: BenchOptions,
  cpuNow: () => Record<string, number>,
): Promise<Series[]> {
  const heads = coin(options.seed);
  const parts = new Map<string, { alone: Measured[]; loaded: Measured[] }>();
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const contender of heads() ? contenders : [...contenders].reverse()) {
      await contender.begin();
      for (const shape of shapes) {
        const order = () => contender.order(shape);
        const loaded = await closedLoop(options.orders, inFlight, order, cpuNow);
        const alone = await closedLoop(Math.ceil(options.orders / 5), 1, order, cpuNow);
        const key = `${contender.name} ${shape}`;
        const known = parts.get(key) ?? { alone: [], loaded: [] };
        parts.set(key, { alone: [...known.alone, alone], loaded: [...known.loaded, loaded] });
        console.log(`round ${round}: ${key.padEnd(22)} ${ordersPerSecond(loaded).toFixed(1)} orders/s`);
      }
      await contender.end();
    }
  }
  return contenders.flatMap(({ name }) =>
    shapes.map((shape) => {
      const { alone = [], loaded = [] } = parts.get(`${name} ${shape}`) ?? {};
      return { contender: name, shape, alone: together(alone), loaded: together(loaded) };
    }),
  );
}

/** A worker that is there only for its turn. */
function turns(supervisor: Supervisor, plan: ProcessPlan) {
  let started = false;
  return {
    async begin() {
      if (started) supervisor.find(plan.name).resume();
      else await supervisor.start(plan);
      started = true;
      await supervisor.find(plan.name).ready();
    },
    end: () => supervisor.find(plan.name).halt(),
  };
}

async function compare(
  supervisor: Supervisor,
  servers: BenchServers,
  directory: string,
  options: BenchOptions,
): Promise<Series[]> {
  const connection = await Connection.connect({ address: servers.temporalAddress });
  const sql = postgres(servers.databaseUrl, { max: 1 });
  try {
    const bare: Contender = {
      name: 'bare',
      order: createBareOrders(connection, servers.bareNamespace),
      ...turns(supervisor, servers.bareWorker),
    };
    const dialtone: Contender = {
      name: 'dialtone',
      order: createDialtoneOrders(servers.apiUrl, sql),
      ...turns(supervisor, servers.worker),
    };
    return await measure([bare, dialtone], options, () => cpuByProcess(directory));
  } finally {
    await connection.close();
    await sql.end();
  }
}

async function bench(options: BenchOptions): Promise<void> {
  const { directory, removeAtEnd } = temporaryPlace();
  const supervisor = createSupervisor({ directory, removeAtEnd, say: (line) => console.error(line) });
  const told = new Promise<never>((_, reject) => {
    for (const sign of ['SIGINT', 'SIGTERM'] as const) {
      process.once(sign, () => reject(new Error(`ended by ${sign}`)));
    }
    void supervisor.gaveUp.then(reject);
  });
  const machine = machineOf();
  const run = async () => {
    const profile = options.profile === undefined ? undefined : resolve(options.profile);
    return compare(supervisor, await startBenchServers(supervisor, directory, profile), directory, options);
  };
  try {
    const results = resultsOf(await Promise.race([run(), told]));
    console.log(`\n${tableOf(results)}\n\n${JSON.stringify(machine)}`);
    if (options.json !== undefined) {
      const kept = { commit: commitOf(), seed: options.seed, machine, results };
      writeFileSync(options.json, `${JSON.stringify(kept, null, 2)}\n`);
    }
  } finally {
    await supervisor.stop();
  }
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) console.log(usage);
  else await bench(options);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
