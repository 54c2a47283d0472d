import { z } from '@hono/zod-openapi';
import type { ApiDeps } from './deps.ts';
import { json, mounted, type Operation } from './operation.ts';

const databaseWithinMs = 3_000;

const readiness = z.object({ ready: z.boolean(), reasons: z.array(z.string()) });

export const healthRoutes = (deps: ApiDeps) => mounted([live, ready(deps)]);

const live: Operation = {
  handle: async (c) => c.json({ live: true }),
  route: {
    method: 'get',
    path: '/health/live',
    operationId: 'live',
    tags: ['Health'],
    responses: { 200: json('The process answers', z.object({ live: z.literal(true) })) },
  },
};

/** Orders are taken while Temporal is down, so that is worth a word and no alarm. */
const ready = (deps: ApiDeps): Operation => ({
  handle: async (c) => {
    const database = await databaseTrouble(deps);
    const temporal = deps.temporalReachable();
    const reasons = [
      ...(database === undefined ? [] : [database]),
      ...(temporal === true ? [] : [`temporal: ${temporal || 'cannot be reached'}`]),
    ];
    const isReady = database === undefined;
    return c.json({ ready: isReady, reasons }, isReady ? 200 : 503);
  },
  route: {
    method: 'get',
    path: '/health/ready',
    operationId: 'ready',
    tags: ['Health'],
    responses: { 200: json('Orders are taken', readiness), 503: json('Not now', readiness) },
  },
});

async function databaseTrouble(deps: ApiDeps): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('postgres: no answer in time'), databaseWithinMs);
  });
  const asked = deps.schemaIsCurrent().then(
    (current) => (current ? undefined : 'postgres: the schema is older than this version; run role migrate'),
    () => 'postgres: cannot be reached',
  );
  try {
    return await Promise.race([asked, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
