import { setTimeout as delay } from 'node:timers/promises';

/** Ends early, and without complaint, when told to stop. */
export const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);

/** Asks until there is an answer, through whatever is down at the moment. */
export async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch {
      await pause(200);
    }
  }
}
