import type { Draw } from '../kernel/random.ts';
import { clientOf } from '../support/clientOf.ts';
import type { Stack } from '../support/stack.ts';
import { pause, untilAnswered } from './pause.ts';
import type { Acknowledged, BadAnswer } from './traffic.ts';

/** What clients and operators do to orders in flight, as if nothing else were going on. */
export interface People {
  readonly badAnswers: readonly BadAnswer[];
  counts(): Readonly<Record<string, number>>;
  /** Somebody does something every second or so, until the signal. */
  run(signal: AbortSignal): Promise<void>;
  /** Nobody keeps an order on hold any longer. */
  letGo(): Promise<void>;
}

const actEveryMs = 700;
/** Only the newest orders may still be in flight. */
const inFlight = 12;
const reason = 'a person of the chaos run';

interface Fallout {
  readonly id: string;
  readonly class: string;
  readonly allowedCommands: readonly string[];
}

/** A refusal is an answer, and so is that nobody can tell at the moment; anything else is a defect. */
const proper: readonly number[] = [200, 201, 202, 409, 503];

export function createPeople(stack: Stack, acknowledged: readonly Acknowledged[], draw: Draw): People {
  const client = clientOf(stack);
  const badAnswers: BadAnswer[] = [];
  const counts: Record<string, number> = {};
  let commands = 0;

  /** One try: a person who gets no answer does something else. */
  const send = async (what: string, path: string, body: object): Promise<number> => {
    commands += 1;
    const reply = await fetch(`${stack.apiUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `people-${commands}` },
      body: JSON.stringify(body),
    }).catch(() => undefined);
    const how = reply === undefined ? 'without an answer' : `answered ${reply.status}`;
    counts[`${what} ${how}`] = (counts[`${what} ${how}`] ?? 0) + 1;
    if (reply && !proper.includes(reply.status))
      badAnswers.push({ key: path, what: `${what} was answered ${reply.status}: ${await reply.text()}` });
    return reply?.status ?? 0;
  };

  const anOrder = (): string | undefined => acknowledged.slice(-inFlight)[draw(inFlight)]?.order;

  const onOrder = async (command: 'hold' | 'resume' | 'abort', order: string): Promise<number> =>
    send(command, `/ops/v1/productOrders/${order}/${command}`, { reason });

  const cancel = (order: string): Promise<number> =>
    send('cancel', '/tmf-api/productOrderingManagement/v4/cancelProductOrder', {
      productOrder: { id: order },
      cancellationReason: reason,
    });

  const answerFallout = async (): Promise<void> => {
    const reply = await fetch(`${stack.apiUrl}/ops/v1/fallout?limit=20`).catch(() => undefined);
    const open = reply?.ok ? ((await reply.json().catch(() => [])) as Fallout[]) : [];
    const fallout = open[draw(Math.max(1, open.length))];
    if (fallout === undefined) return;
    if (draw(8) === 0) {
      await send('bulk', '/ops/v1/fallout/bulk', { command: 'retryNow', class: fallout.class, reason });
      return;
    }
    const able = fallout.allowedCommands.filter((one) => steps.includes(one));
    const command = able[draw(Math.max(1, able.length))];
    if (command !== undefined) await send(command, `/ops/v1/fallout/${fallout.id}/${command}`, { reason });
  };

  const act = async (): Promise<void> => {
    const drawn = draw(100);
    const order = anOrder();
    if (drawn >= 55 || order === undefined) return answerFallout();
    if (drawn < 25) await cancel(order);
    else if (drawn < 35) await onOrder('abort', order);
    else if (drawn < 45) await onOrder('hold', order);
    else await onOrder('resume', order);
  };

  return {
    badAnswers,
    counts: () => counts,
    async run(signal) {
      while (!signal.aborted) {
        await act();
        await pause(actEveryMs, signal);
      }
    },
    async letGo() {
      const held = await untilAnswered(() =>
        client.rows(`select id from product_order where held_by is not null and completed_at is null`),
      );
      for (const { id } of held)
        await untilAnswered(async () => {
          const status = await onOrder('resume', id);
          if (status !== 202 && status !== 409) throw new Error('not now');
        });
    },
  };
}

const steps = ['retryNow', 'skip', 'leaveBehind', 'completeWithEvidence'];
