import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Acceptance, Answer, Mutation } from './mutation.ts';
import type { Timers } from './timers.ts';

/** Known to everyone: for a workbench that listens on loopback only. */
export const demoCallbackSecret = `whsec_${Buffer.from('the simulated network keeps no secrets').toString('base64')}`;

const callbackTimeoutMs = 10_000;
const heldBackMsMax = 5_000;

export interface CallbackOptions {
  readonly baseUrl: string;
  readonly secretOf: (system: string) => string;
  readonly timers: Timers;
}

/** Reports how an accepted mutation ended. What the receiver misses is lost: asking again is its affair. */
export function createCallbacks({ baseUrl, secretOf, timers }: CallbackOptions) {
  let heldBack: (() => Promise<void>) | undefined;

  async function releaseHeldBack(): Promise<void> {
    const send = heldBack;
    heldBack = undefined;
    await send?.();
  }

  return {
    async report(mutation: Mutation, accept: Acceptance, answer: Answer): Promise<void> {
      if (accept.callback === 'drop' || accept.correlationId === null) return;
      const url = `${baseUrl}/activation/v1/callbacks/${encodeURIComponent(accept.correlationId)}`;
      const webhook = new Webhook(secretOf(mutation.system));
      const copies = accept.callback === 'duplicate' ? 2 : 1;
      if (accept.callbackAfterMs > 0) await timers.after(accept.callbackAfterMs);
      const send = () => post(url, webhook, bodyOf(mutation, answer), copies);
      if (!accept.reorder || heldBack) {
        await send();
        await releaseHeldBack();
        return;
      }
      heldBack = send;
      await timers.after(heldBackMsMax);
      if (heldBack === send) await releaseHeldBack();
    },
  };
}

function bodyOf({ system, object }: Mutation, { status, body }: Answer): string {
  if (status < 400) return JSON.stringify({ system, object, status: 'done' });
  return JSON.stringify({ system, object, status: 'refused', code: body.code });
}

async function post(url: string, webhook: Webhook, body: string, copies: number): Promise<void> {
  const id = `msg_${randomUUID()}`;
  for (let copy = 0; copy < copies; copy += 1) {
    const now = new Date();
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': webhook.sign(id, now, body),
    };
    const signal = AbortSignal.timeout(callbackTimeoutMs);
    await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal })
      .then((response) => response.arrayBuffer())
      .catch(() => undefined);
  }
}
