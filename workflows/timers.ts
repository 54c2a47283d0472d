import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import { nowMs } from './clock.ts';

/** Timers by name: one of a name at a time, and all of them gone in a pause. */
export function createTimers() {
  const running = new Map<string, { readonly scope: CancellationScope; readonly dueAt: number }>();
  const stop = (name: string): void => {
    running.get(name)?.scope.cancel();
    running.delete(name);
  };
  return {
    arm(name: string, dueAt: number, summary: string, ring: () => void): void {
      stop(name);
      const scope = new CancellationScope({ cancellable: true });
      running.set(name, { scope, dueAt });
      void scope
        .run(() => sleep(Math.max(0, dueAt - nowMs()), { summary }))
        .then(
          () => {
            running.delete(name);
            ring();
          },
          (error: unknown) => {
            if (!isCancellation(error)) throw error;
          },
        );
    },
    stop,
    stopAll(): void {
      for (const name of [...running.keys()]) stop(name);
    },
    /** When the timer rings, for people. */
    dueAt: (name: string): number | undefined => running.get(name)?.dueAt,
  };
}

export type Timers = ReturnType<typeof createTimers>;
