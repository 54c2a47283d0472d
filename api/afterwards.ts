const openMax = 200;

/** Work that an answer does not wait for. What is too much at once is left undone: the relay does it from its row. */
export function createAfterwards() {
  const open = new Set<Promise<void>>();
  return {
    /** The work itself never fails: it says what it leaves to the relay. */
    begin(work: () => Promise<void>): void {
      if (open.size >= openMax) return;
      const begun: Promise<void> = work().finally(() => open.delete(begun));
      open.add(begun);
    },
    /** All that is under way is through. */
    drained: async (): Promise<void> => void (await Promise.all(open)),
  };
}
