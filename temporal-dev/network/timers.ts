export interface Timers {
  /** Never resolves once the timers are stopped. */
  after(ms: number): Promise<void>;
  stop(): void;
}

export function createTimers(): Timers {
  const running = new Set<NodeJS.Timeout>();
  return {
    after: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          running.delete(timer);
          resolve();
        }, ms);
        running.add(timer);
      }),
    stop() {
      for (const timer of running) clearTimeout(timer);
      running.clear();
    },
  };
}
