/** Work that is under way, so much at once for each system: one that hangs holds up nobody else's. */
export function createUnderWay(perSystem: number) {
  const running = new Map<string, Set<Promise<void>>>();
  const of = (system: string) => running.get(system) ?? new Set();

  return {
    perSystem,
    /** Systems that take no more. */
    full: (): string[] => [...running.keys()].filter((system) => of(system).size >= perSystem),
    /** Waits for nothing; the work must not fail. */
    begin(system: string, work: () => Promise<void>): void {
      const all = of(system);
      running.set(system, all);
      const one = work().finally(() => {
        all.delete(one);
        if (all.size === 0) running.delete(system);
      });
      all.add(one);
    },
    async drained(): Promise<void> {
      await Promise.all([...running.values()].flatMap((all) => [...all]));
    },
  };
}

export type UnderWay = ReturnType<typeof createUnderWay>;
