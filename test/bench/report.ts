import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { must } from '../../src/kernel/assert.ts';
import { repository } from '../../temporal-dev/repository.ts';
import {
  type Contender,
  cpuPerOrder,
  latency,
  type Measured,
  ordersPerSecond,
  shapes,
  type Shape,
} from './load.ts';
import { percentile } from './statistics.ts';

export interface Result {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/** Everything that was measured of one contender and one shape. */
export interface Series {
  readonly contender: Contender['name'];
  readonly shape: Shape;
  readonly alone: Measured;
  readonly loaded: Measured;
}

export function resultsOf(series: readonly Series[]): Result[] {
  const results: Result[] = [];
  const add = (name: string, value: number, unit: string) => results.push({ name, value, unit });
  const of = (contender: Contender['name'], shape: Shape): Series =>
    must(
      series.find((one) => one.contender === contender && one.shape === shape),
      `${contender} ${shape}`,
    );
  for (const { contender, shape, alone, loaded } of series) {
    const prefix = `${contender}.${shape}`;
    add(`${prefix}.throughput.30`, ordersPerSecond(loaded), 'orders/s');
    add(`${prefix}.latency.1.p50`, latency(alone, 0.5), 'ms');
    add(`${prefix}.latency.1.p95`, latency(alone, 0.95), 'ms');
    add(`${prefix}.latency.30.p50`, latency(loaded, 0.5), 'ms');
    add(`${prefix}.latency.30.p95`, latency(loaded, 0.95), 'ms');
    for (const [name, ms] of cpuPerOrder(loaded)) add(`${prefix}.cpu.${name}`, ms, 'ms/order');
  }
  for (const shape of shapes) {
    const [bare, dialtone] = [of('bare', shape), of('dialtone', shape)];
    const suffix = (main: Shape) => (shape === main ? '' : `.${shape}`);
    const throughput = ordersPerSecond(dialtone.loaded) / ordersPerSecond(bare.loaded);
    add(`ratio.throughput.30${suffix('independent')}`, throughput, '');
    add(`ratio.latency.1${suffix('chain')}`, latency(dialtone.alone, 0.5) / latency(bare.alone, 0.5), '');
    add(`ratio.latency.30.${shape}`, latency(dialtone.loaded, 0.5) / latency(bare.loaded, 0.5), '');
  }
  const accepts = series.flatMap(({ loaded }) => loaded.samples.flatMap(({ acceptMs }) => acceptMs ?? []));
  for (const percent of [50, 95, 99]) add(`accept.p${percent}.ms`, percentile(accepts, percent / 100), 'ms');
  return results;
}

type CpuRow = readonly [process: string, bare: number, dialtone: number];

/** What an order costs each process; the worker of the one stands beside the worker of the other. */
function cpuRows(results: readonly Result[], shape: Shape): CpuRow[] {
  const of = (who: Contender['name'], name: string): number =>
    results.find((one) => one.name === `${who}.${shape}.cpu.${name}`)?.value ?? 0;
  const rows = ['temporal', 'postgres', 'network', 'api', 'relay', 'load'].map(
    (name): CpuRow => [name, of('bare', name), of('dialtone', name)],
  );
  const all: CpuRow[] = [['worker', of('bare', 'bareWorker'), of('dialtone', 'worker')], ...rows];
  const total = (side: 1 | 2): number => all.reduce((sum, row) => sum + row[side], 0);
  return [...all, ['all', total(1), total(2)]];
}

export function tableOf(results: readonly Result[]): string {
  const value = (name: string, digits: number): string =>
    must(
      results.find((one) => one.name === name),
      name,
    ).value.toFixed(digits);
  const line = (label: string, ...cells: readonly string[]): string =>
    `${label.padEnd(30)}${cells.map((cell) => cell.padStart(12)).join('')}`;
  const lines: string[] = [];
  for (const shape of shapes) {
    const ratioName = (main: Shape, name: string) => (shape === main ? name : `${name}.${shape}`);
    const both = (name: string, digits: number) =>
      (['bare', 'dialtone'] as const).map((who) => value(`${who}.${shape}.${name}`, digits));
    const throughput = value(ratioName('independent', 'ratio.throughput.30'), 2);
    lines.push(
      line(
        shape === 'chain' ? 'access → ip → cpe' : 'three independent services',
        'bare',
        'Dialtone',
        'ratio',
      ),
      line('  orders/s, 30 in flight', ...both('throughput.30', 1), throughput),
      line(
        '  p50 ms, 1 in flight',
        ...both('latency.1.p50', 0),
        value(ratioName('chain', 'ratio.latency.1'), 2),
      ),
      line('  p95 ms, 1 in flight', ...both('latency.1.p95', 0)),
      line('  p50 ms, 30 in flight', ...both('latency.30.p50', 0), value(`ratio.latency.30.${shape}`, 2)),
      line('  p95 ms, 30 in flight', ...both('latency.30.p95', 0)),
      ...cpuRows(results, shape).map(([name, ...ms]) =>
        line(`  CPU ms per order: ${name}`, ...ms.map((one) => one.toFixed(0))),
      ),
      '',
    );
  }
  const accept = [50, 95, 99].map((percent) => value(`accept.p${percent}.ms`, 1));
  lines.push(line('POST of an order under load', 'p50 ms', 'p95 ms', 'p99 ms'), line('', ...accept));
  return lines.join('\n');
}

/** The commit that was measured; `+` where files differ from it. */
export function commitOf(): string {
  const git = (...args: readonly string[]) =>
    execFileSync('git', args, {
      cwd: repository,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    return `${git('rev-parse', 'HEAD')}${git('status', '--porcelain') === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}

export const machineOf = () => ({
  platform: `${process.platform} ${process.arch}`,
  node: process.version,
  cpus: cpus().length,
  cpu: cpus()[0]?.model ?? 'unknown',
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  loadBefore: loadavg()[0] ?? 0,
});
