import type { Socket } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import type { Expectation } from '../../src/activation/adapter.ts';
import { mutate, type NetworkParts, observe, type Reaction } from './behave.ts';
import { type Behaviour, clearFaults, createFaults, faultProgram } from './faults.ts';
import { type Answer, type Mutation, refusal } from './mutation.ts';

type Env = { Bindings: HttpBindings };

const silenceMsMax = 600_000;
const applyBody = z.strictObject({
  values: z.record(z.string(), z.json()),
  wantedResults: z.record(z.string(), z.json()).default({}),
});

export function createApp(parts: NetworkParts): Hono<Env> {
  const { store } = parts;
  const faults = createFaults();
  const usualFor = ({ system, verb }: Mutation): Behaviour =>
    (verb === 'apply' && parts.systems[system]?.accepts) || { type: 'ok' };
  const app = new Hono<Env>();

  async function reply(c: Context<Env>, reaction: Reaction): Promise<Response> {
    if (reaction !== 'silence') return send(c, reaction);
    await whenGone(c.env.incoming.socket);
    return c.body(null);
  }

  async function change(c: Context<Env>, verb: 'apply' | 'revoke'): Promise<Response> {
    const parsed = await parseMutation(c, verb);
    if ('status' in parsed) return send(c, parsed);
    const correlationId = c.req.header('x-correlation-id') ?? null;
    const behaviour = faults.next(parsed) ?? usualFor(parsed);
    return reply(c, await mutate(parts, behaviour, parsed, correlationId));
  }

  app.get('/health', (c) => c.json({ status: 'up' }));
  app.get('/ledger', (c) => {
    const since = Number(c.req.query('since') ?? '0');
    if (!Number.isInteger(since) || since < 0) {
      return send(c, refusal(400, 'invalid', 'since must be a whole number'));
    }
    return c.json(store.ledgerSince(since));
  });

  app.get('/faults', (c) => c.json(faults.show()));
  app.put('/faults', async (c) => {
    const parsed = faultProgram.safeParse(await readJson(c));
    if (!parsed.success) return send(c, invalid(parsed.error));
    faults.replace(parsed.data);
    return c.json(faults.show());
  });
  app.delete('/faults', (c) => {
    clearFaults(faults);
    return c.json(faults.show());
  });

  app.get('/systems', (c) => c.json(store.systems()));
  app.use('/systems/:system/*', async (c, next) => {
    const system = c.req.param('system');
    if (store.has(system)) return next();
    return send(c, refusal(404, 'unknownSystem', `there is no system ${system}`));
  });
  app.get('/systems/:system/objects', (c) => c.json(store.objects(c.req.param('system'))));
  app.put('/systems/:system/objects/:object', (c) => change(c, 'apply'));
  app.delete('/systems/:system/objects/:object', (c) => change(c, 'revoke'));
  app.get('/systems/:system/objects/:object', async (c) => {
    const { system, object } = c.req.param();
    const honest = () => store.show(system, object);
    return reply(
      c,
      await observe(parts, faults.next({ system, object, verb: 'read' }) ?? { type: 'ok' }, honest),
    );
  });

  app.notFound((c) => send(c, refusal(404, 'noRoute', `nothing is at ${c.req.path}`)));
  app.onError((error, c) => {
    console.error(error);
    return send(c, refusal(500, 'internal', 'the simulated network failed'));
  });
  return app;
}

function send(c: Context<Env>, { status, body }: Answer): Response {
  const { retryAfter, ...rest } = body;
  if (typeof body.version === 'string') c.header('etag', `"${body.version}"`);
  if (retryAfter !== undefined) c.header('retry-after', String(retryAfter));
  return c.json(rest, status as ContentfulStatusCode);
}

/** The caller gave up, or was silent with us for too long. */
function whenGone(socket: Socket): Promise<void> {
  socket.setTimeout(silenceMsMax, () => socket.destroy());
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.once('close', () => resolve());
  });
}

async function parseMutation(c: Context<Env>, verb: 'apply' | 'revoke'): Promise<Mutation | Answer> {
  const system = c.req.param('system') ?? '';
  const object = c.req.param('object') ?? '';
  const key = c.req.header('idempotency-key');
  if (!key) return refusal(400, 'keyMissing', 'send an Idempotency-Key');
  const expect = parseConditions(c.req.header('if-none-match'), c.req.header('if-match'));
  if (expect !== null && typeof expect === 'object' && 'status' in expect) return expect;
  if (verb === 'revoke') return { system, object, verb, key, expect, values: {}, wantedResults: {} };
  if (expect === null) {
    return refusal(428, 'preconditionMissing', 'send If-None-Match: * or If-Match with the version');
  }
  const parsed = applyBody.safeParse(await readJson(c));
  return parsed.success ? { system, object, verb, key, expect, ...parsed.data } : invalid(parsed.error);
}

function parseConditions(
  ifNoneMatch: string | undefined,
  ifMatch: string | undefined,
): Expectation | null | Answer {
  if (ifNoneMatch === undefined && ifMatch === undefined) return null;
  if (ifMatch === undefined && ifNoneMatch === '*') return 'absent';
  const version = /^"(.+)"$/.exec(ifMatch ?? '')?.[1];
  if (ifNoneMatch === undefined && version !== undefined) return { version };
  return refusal(400, 'preconditionInvalid', 'send If-None-Match: * or If-Match: "<version>", not both');
}

/** Undefined where the body is no JSON; the schema then says what it should have been. */
async function readJson(c: Context<Env>): Promise<unknown> {
  try {
    return JSON.parse(await c.req.text());
  } catch {
    return undefined;
  }
}

function invalid(error: z.ZodError): Answer {
  const lines = error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  return refusal(400, 'invalid', lines.join('; '));
}
