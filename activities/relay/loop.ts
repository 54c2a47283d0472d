export interface Loop {
  stop(): Promise<void>;
}

export interface LoopOptions {
  readonly intervalMs: number;
  /** Answers whether there is more to do at once. A round that throws is reported, and comes again. */
  readonly round: (isStopping: () => boolean) => Promise<boolean>;
  readonly failed: (error: unknown) => void;
}

/** Goes round again and again until it is stopped; then the last round is waited for. */
export function startLoop({ intervalMs, round, failed }: LoopOptions): Loop {
  let stopping = false;
  let wake = () => {};
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, intervalMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const attempt = () =>
    round(() => stopping).catch((error: unknown) => {
      failed(error);
      return false;
    });
  const run = async () => {
    while (!stopping) if (!(await attempt()) && !stopping) await pause();
  };
  const running = run();
  return {
    async stop() {
      stopping = true;
      wake();
      await running;
    },
  };
}
