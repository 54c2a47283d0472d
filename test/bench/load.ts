import { setTimeout as delay } from 'node:timers/promises';
import { must } from '../../src/kernel/assert.ts';
import { percentile } from './statistics.ts';

export const shapes = ['independent', 'chain'] as const;
export type Shape = (typeof shapes)[number];

/** One order, from the moment it is asked for until its end is seen. */
export interface Sample {
  readonly latencyMs: number;
  readonly acceptMs?: number;
}

/** One of the two that are compared. Only one of them has its worker running at a time. */
export interface Contender {
  readonly name: 'bare' | 'dialtone';
  begin(): Promise<void>;
  order(shape: Shape): Promise<Sample>;
  end(): Promise<void>;
}

export interface Measured {
  readonly samples: readonly Sample[];
  readonly elapsedMs: number;
  /** Processor time by process, in ms. */
  readonly cpu: Readonly<Record<string, number>>;
}

/** Between the starts of the first orders, so that not all are at the same point of their way. */
const spreadMs = 50;

/**
 * A closed loop: so many orders are under way all the time, and each that ends makes room for the next. What is
 * measured begins when as many as are in flight have ended, and ends before the load does.
 */
export async function closedLoop(
  count: number,
  inFlight: number,
  order: () => Promise<Sample>,
  cpuNow: () => Record<string, number>,
): Promise<Measured> {
  const samples: Sample[] = [];
  let ended = 0;
  let begunAt = 0;
  let cpuBefore: Record<string, number> = {};
  let measured: Measured | undefined;
  const note = (sample: Sample) => {
    ended += 1;
    if (ended > inFlight) samples.push(sample);
    if (ended === inFlight) [begunAt, cpuBefore] = [performance.now(), cpuNow()];
    if (samples.length < count) return;
    const elapsedMs = performance.now() - begunAt;
    const cpu = Object.entries(cpuNow()).map(([name, ms]) => [name, ms - (cpuBefore[name] ?? 0)] as const);
    measured ??= { samples: [...samples], elapsedMs, cpu: Object.fromEntries(cpu) };
  };
  const lane = async (_: unknown, index: number) => {
    await delay(index * spreadMs);
    while (measured === undefined) note(await order());
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return must(measured, 'a measurement');
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export const together = (parts: readonly Measured[]): Measured => ({
  samples: parts.flatMap(({ samples }) => samples),
  elapsedMs: sum(parts.map(({ elapsedMs }) => elapsedMs)),
  cpu: Object.fromEntries(
    Object.keys(parts[0]?.cpu ?? {}).map((name) => [name, sum(parts.map(({ cpu }) => cpu[name] ?? 0))]),
  ),
});

export const cpuPerOrder = ({ samples, cpu }: Measured): [name: string, ms: number][] =>
  Object.entries(cpu).map(([name, ms]) => [name, ms / samples.length]);

export const ordersPerSecond = ({ samples, elapsedMs }: Measured): number =>
  (samples.length / elapsedMs) * 1_000;

export const latency = ({ samples }: Measured, share: number): number =>
  percentile(
    samples.map(({ latencyMs }) => latencyMs),
    share,
  );
