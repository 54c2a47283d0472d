import { expect } from 'vitest';
import { eventually } from './eventually.ts';
import type { Stack } from './stack.ts';

/** What a person at the desk, and a customer with second thoughts, do with a running Dialtone. */

const cancels = {
  productOrder: '/tmf-api/productOrderingManagement/v4/cancelProductOrder',
  serviceOrder: '/tmf-api/serviceOrdering/v4/cancelServiceOrder',
} as const;
type Kind = keyof typeof cancels;

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by assertions, not by types
type Body = any;

export interface Answer {
  readonly status: number;
  readonly body: Body;
}

export const withReason = { reason: 'the customer moved away' } as const;

export const deskOf = ({ apiUrl }: Pick<Stack, 'apiUrl'>) => {
  const get = async (path: string): Promise<Body> => (await fetch(`${apiUrl}${path}`)).json();
  const post = async (path: string, body: object, key?: string): Promise<Answer> => {
    const headers = { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) };
    const reply = await fetch(`${apiUrl}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: reply.status, body: await reply.json() };
  };
  const command = (path: string, body: object = {}, key?: string) => post(`/ops/v1${path}`, body, key);
  const askCancel = (kind: Kind, order: string) =>
    post(cancels[kind], { [kind]: { id: order }, cancellationReason: 'Customer withdrew' });
  const falloutOf = (order: string, state = 'open'): Promise<Body[]> =>
    get(`/ops/v1/fallout?order=${order}&state=${state}`);

  return {
    get,
    command,
    askCancel,
    falloutOf,

    /** A command that must be taken. */
    async commanded(path: string, body: object = {}): Promise<void> {
      expect(await command(path, body)).toMatchObject({ status: 202 });
    },

    /** The address of the task. */
    async cancel(kind: Kind, order: string): Promise<string> {
      const answer = await askCancel(kind, order);
      expect(answer).toMatchObject({ status: 201 });
      return answer.body.href;
    },

    taskReaches: (task: string, state: 'inProgress' | 'done' | 'terminatedWithError'): Promise<Body> =>
      eventually(
        async () => {
          const body = await (await fetch(task)).json();
          expect(body).toMatchObject({ state });
          return body;
        },
        { withinMs: 45_000 },
      ),

    /** The one thing of the order that needs a person. */
    stuckIn: (order: string): Promise<Body> =>
      eventually(
        async () => {
          const all = await falloutOf(order);
          expect(all).toHaveLength(1);
          return all[0];
        },
        { withinMs: 45_000 },
      ),

    /** Oldest first. */
    auditOf: async (entityId: string): Promise<Body[]> =>
      (await get(`/ops/v1/audit?entityId=${encodeURIComponent(entityId)}`)).reverse(),
  };
};

export type Desk = ReturnType<typeof deskOf>;
