import { z } from 'zod';
import {
  type ActivationAdapter,
  CallFailed,
  type Done,
  type LateRefusal,
  type Observed,
  type Outcome,
  type Refused,
  type StepCall,
} from '../../src/activation/adapter.ts';
import { createExchange, type Received } from './httpExchange.ts';

const retryAfterMsMax = 3_600_000;

const values = z.record(z.string(), z.json());
const code = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);
const message = z.string().default('');
/** The last write that was taken and refused later. */
const refusal = z.object({ key: z.string(), code, message }).exactOptional();
const presentBody = z.object({
  object: z.string(),
  values,
  results: values.default({}),
  version: z.string().min(1),
  key: z.string().nullable().default(null),
  refusal,
});
const pendingBody = z.object({ key: z.string() });
const deletedBody = z.object({ deleted: z.literal(true) });
const errorBody = z.object({ code, message, refusal });

export interface HttpAdapterOptions {
  /** Of one system, such as `http://127.0.0.1:8090/systems/ipam`. */
  readonly address: string;
  readonly timeoutMs: number;
}

/**
 * For systems that speak our own wire: PUT, DELETE and GET on `<address>/objects/<object>`, idempotent by
 * `Idempotency-Key`, conditional by `If-None-Match` and `If-Match`. One call is one request: nothing is retried.
 * 202 means taken, and answered later: until then GET answers 202 as well, with the key.
 */
export function createHttpAdapter({ address, timeoutMs }: HttpAdapterOptions): ActivationAdapter {
  const exchange = createExchange(timeoutMs);
  const urlOf = (object: string) => new URL(`${address}/objects/${encodeURIComponent(object)}`);

  return {
    async apply(call, signal) {
      if (!isAddressable(call.object)) return notAddressable(call.object);
      const { values, wantedResults } = call;
      const headers = { ...headersOf(call), 'content-type': 'application/json' };
      const body = JSON.stringify({ values, ...(wantedResults && { wantedResults }) });
      const received = await exchange({ method: 'PUT', url: urlOf(call.object), headers, body }, signal);
      return outcomeOf(received, () => doneOf(received, call.object));
    },

    async revoke(call, signal) {
      if (!isAddressable(call.object)) return notAddressable(call.object);
      const request = { method: 'DELETE', url: urlOf(call.object), headers: headersOf(call) };
      const received = await exchange(request, signal);
      if (isAbsent(received)) return { type: 'done', observed: {}, version: '' };
      return outcomeOf(received, () => {
        parseBody(deletedBody, received);
        return { type: 'done', observed: {}, version: '' };
      });
    },

    async read(call, signal): Promise<Observed> {
      if (!isAddressable(call.object)) {
        throw new CallFailed('notSent', 'objectInvalid', notAddressable(call.object).message);
      }
      const headers = { 'x-correlation-id': call.correlationId };
      const received = await exchange({ method: 'GET', url: urlOf(call.object), headers }, signal);
      if (isAbsent(received)) return { type: 'absent', ...lateRefusalIn(explanationOf(received)) };
      if (received.status === 202) return { type: 'pending', key: parseBody(pendingBody, received).key };
      if (received.status !== 200) throw failureOf(received);
      const present = parsePresent(received, call.object);
      const { key } = present;
      return { ...doneOf(received, call.object), type: 'present', key, ...lateRefusalIn(present) };
    },
  };
}

function headersOf({ key, expect, correlationId }: StepCall): Record<string, string> {
  return {
    'idempotency-key': key,
    'x-correlation-id': correlationId,
    ...(expect === 'absent' ? { 'if-none-match': '*' } : { 'if-match': `"${expect.version}"` }),
  };
}

/** A URL cannot hold an empty name or a name of dots: it would address something else. */
const isAddressable = (object: string) => !['', '.', '..'].includes(object);

const notAddressable = (object: string): Refused => ({
  type: 'refused',
  class: 'invalid',
  code: 'objectInvalid',
  message: `an object cannot be named "${object}"`,
});

/** Only the system's own word counts: a 404 of a proxy or of a wrong address is not an absent object. */
const isAbsent = (received: Received) =>
  received.status === 404 && explanationOf(received)?.code === 'absent';

function outcomeOf(received: Received, done: () => Done): Outcome {
  const { status } = received;
  if (status === 200 || status === 201) return done();
  if (status === 202) return { type: 'accepted' };
  const refusal = refusalClassOf(received);
  if (refusal === undefined) throw failureOf(received);
  const { code, message } = described(received);
  return { type: 'refused', class: refusal, code, message };
}

function refusalClassOf(received: Received): Refused['class'] | undefined {
  const { status } = received;
  if (status === 412) return explanationOf(received)?.code === 'exists' ? 'conflict' : 'drift';
  if (status === 409 || status === 422) return 'refused';
  if (status === 408 || status === 429) return undefined;
  return status >= 400 && status < 500 ? 'invalid' : undefined;
}

const failureByStatus = new Map([
  [429, 'busy'],
  [503, 'down'],
] as const) as ReadonlyMap<number, 'busy' | 'down'>;

function failureOf(received: Received): CallFailed {
  const { code, message } = described(received);
  const failure = failureByStatus.get(received.status);
  return failure === undefined
    ? new CallFailed('noAnswer', code, message)
    : new CallFailed(failure, code, message, retryAfterMsOf(received.retryAfter));
}

function described(received: Received): { code: string; message: string } {
  const { code, message } = explanationOf(received) ?? { code: `http${received.status}`, message: '' };
  return { code, message: message.slice(0, 500) || `the system answered ${received.status}` };
}

function explanationOf({ text }: Received): z.infer<typeof errorBody> | undefined {
  const parsed = errorBody.safeParse(parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

const lateRefusalIn = (body: { readonly refusal?: LateRefusal } | undefined) =>
  body?.refusal && { refusal: { ...body.refusal, message: body.refusal.message.slice(0, 500) } };

function retryAfterMsOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), retryAfterMsMax);
}

function doneOf(received: Received, object: string): Done {
  const { values, results, version } = parsePresent(received, object);
  return { type: 'done', observed: { ...values, ...results }, version };
}

function parsePresent(received: Received, object: string): z.infer<typeof presentBody> {
  const body = parseBody(presentBody, received);
  if (body.object === object) return body;
  throw new CallFailed('noAnswer', 'answerInvalid', 'the system answered for another object');
}

/** An answer that cannot be understood tells nothing of what happened. */
function parseBody<Schema extends z.ZodType>(schema: Schema, { text }: Received): z.infer<Schema> {
  if (text === undefined) {
    throw new CallFailed('noAnswer', 'answerTooLarge', 'the answer of the system is too large');
  }
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new CallFailed('noAnswer', 'answerInvalid', 'the answer of the system cannot be understood');
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
