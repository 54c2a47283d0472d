import type { Draw } from '../kernel/random.ts';
import type { Stack, StackProcess } from '../support/stack.ts';
import { pause } from './pause.ts';
import { drawWeighted } from './weighted.ts';

/** Who dies how often, in proportion. */
const victims: readonly (readonly [name: StackProcess, weight: number])[] = [
  ['api', 4],
  ['worker', 4],
  ['worker2', 3],
  ['relay', 3],
  ['temporal', 3],
  ['postgres', 4],
  ['network', 2],
];

/** A server that only seems to be dead is worse than a dead one; the two below wake their own children, so not them. */
const freezable = (name: StackProcess): boolean => name !== 'postgres' && name !== 'temporal';

export interface Killer {
  /** Such as `worker killed`, with how often. */
  counts(): Readonly<Record<string, number>>;
  /** Kills until the signal; then resolves when everybody is up again. */
  run(signal: AbortSignal): Promise<void>;
}

const range = (draw: Draw, from: number, to: number): number => from + draw(to - from);

export function createKiller(stack: Stack, draw: Draw, say: (line: string) => void): Killer {
  const counts: Record<string, number> = {};
  const underWay = new Map<StackProcess, Promise<void>>();

  const strike = async (name: StackProcess, way: number, forMs: number): Promise<void> => {
    const did = way < 6 ? 'killed' : way < 8 || !freezable(name) ? 'kept down' : 'frozen';
    counts[`${name} ${did}`] = (counts[`${name} ${did}`] ?? 0) + 1;
    say(`${name} ${did}${did === 'killed' ? '' : ` for ${forMs} ms`}`);
    if (did === 'killed') return stack.kill(name, 'SIGKILL');
    if (did === 'frozen') return freeze(stack, name, forMs);
    await stack.halt(name, 'SIGKILL');
    await pause(forMs);
    await stack.restart(name);
  };
  return {
    counts: () => counts,
    async run(signal) {
      while (!signal.aborted) {
        await pause(range(draw, 1_000, 6_000), signal);
        if (signal.aborted) break;
        const [name, way, forMs] = [drawWeighted(draw, victims), draw(10), range(draw, 500, 4_500)];
        // What is still starting is spared: on a slow machine it would die at birth again and again.
        if (underWay.has(name) || !stack.isReady(name)) continue;
        const struck = strike(name, way, forMs).catch((error: unknown) =>
          say(`a kill went wrong: ${error instanceof Error ? error.message : error}`),
        );
        underWay.set(
          name,
          struck.finally(() => underWay.delete(name)),
        );
      }
      await Promise.all(underWay.values());
      await Promise.all(victims.map(([name]) => stack.waitReady(name)));
    },
  };
}

/** It may be killed while it is frozen; then there is nobody to wake. */
async function freeze(stack: Stack, name: StackProcess, forMs: number): Promise<void> {
  const pid = stack.pid(name);
  process.kill(pid, 'SIGSTOP');
  await pause(forMs);
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // It was killed meanwhile.
  }
}
