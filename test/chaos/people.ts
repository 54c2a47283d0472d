import type { Draw } from '../kernel/random.ts';
import { clientOf } from '../support/clientOf.ts';
import type { Stack } from '../support/stack.ts';
import { type Answered, createAsking } from './asking.ts';
import { deeds } from './deeds.ts';
import { letGo } from './letGo.ts';
import type { Office } from './office.ts';
import { pause } from './pause.ts';
import { createTerminator } from './terminator.ts';
import type { BadAnswer, Traffic } from './traffic.ts';
import { drawWeighted } from './weighted.ts';

/** What clients and operators do to orders in flight, as if nothing else were going on. */
export interface People {
  readonly answers: readonly Answered[];
  readonly badAnswers: readonly BadAnswer[];
  counts(): Readonly<Record<string, number>>;
  /** Somebody does something every second or so, until the signal. */
  run(signal: AbortSignal): Promise<void>;
  /** Nobody keeps an order on hold any longer, and what has lost its run has another. */
  letGo(): Promise<void>;
}

/** Whoever waits for an answer keeps nobody else from acting. */
const atOnce = 3;
const actEveryMs = 700;

export function createPeople(
  stack: Stack,
  traffic: Pick<Traffic, 'acknowledged' | 'acknowledgedServiceOrders'>,
  draw: Draw,
): People {
  const asking = createAsking(stack.apiUrl, draw);
  const terminator = createTerminator(stack);
  const { acknowledged, acknowledgedServiceOrders } = traffic;
  const office: Office = {
    ...asking,
    ...{ acknowledged, acknowledgedServiceOrders, terminator, client: clientOf(stack) },
  };
  const { answers, badAnswers, counts } = asking;
  return {
    answers,
    badAnswers,
    counts,
    async run(signal) {
      const person = async () => {
        while (!signal.aborted) {
          await pause(actEveryMs * atOnce, signal);
          if (!signal.aborted) await drawWeighted(draw, deeds)(office);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, person));
    },
    async letGo() {
      await letGo(office);
      await terminator.close();
    },
  };
}
