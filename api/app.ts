import { OpenAPIHono } from '@hono/zod-openapi';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import { isOutage } from '../drizzle/client.ts';
import { activationRoutes } from './activation/routes.ts';
import type { ApiContext, ApiDeps, Env } from './deps.ts';
import { healthRoutes } from './health.ts';
import { openApiRoute } from './openapi.ts';
import { opsRoutes } from './ops/routes.ts';
import { answer, Refused, refuse } from './problem.ts';
import { productCatalogRoutes } from './tmf620/routes.ts';
import { cancelProductOrderRoutes } from './tmf622/cancelProductOrder.ts';
import { productOrderRoutes } from './tmf622/routes.ts';
import { serviceCatalogRoutes } from './tmf633/routes.ts';
import { productRoutes } from './tmf637/routes.ts';
import { serviceRoutes } from './tmf638/routes.ts';
import { cancelServiceOrderRoutes } from './tmf641/cancelServiceOrder.ts';
import { serviceOrderRoutes } from './tmf641/routes.ts';

export type Api = OpenAPIHono<Env>;

export function createApp(deps: ApiDeps): Api {
  const app = new OpenAPIHono<Env>();
  app.use(requestId());
  app.use(secureHeaders());
  if (deps.log.isLevelEnabled('debug')) app.use(accessLog(deps));
  for (const routes of [
    productCatalogRoutes,
    productOrderRoutes,
    cancelProductOrderRoutes,
    serviceCatalogRoutes,
    productRoutes,
    serviceRoutes,
    serviceOrderRoutes,
    cancelServiceOrderRoutes,
    activationRoutes,
    opsRoutes,
    healthRoutes,
  ]) {
    app.route('/', routes(deps));
  }
  app.get('/openapi.json', openApiRoute(app));
  refuseOtherMethods(app);
  app.notFound((c) => answer(c, { code: 'PathUnknown', message: 'see /openapi.json for what there is' }));
  app.onError((error, c) => answerTo(error, c, deps));
  return app;
}

/** A path that is there answers every method, if only with those it supports. */
function refuseOtherMethods(app: Api): void {
  const methodsByPath = new Map<string, string[]>();
  for (const { path, method } of app.routes) {
    if (method !== 'ALL') methodsByPath.set(path, [...(methodsByPath.get(path) ?? []), method]);
  }
  for (const [path, methods] of methodsByPath) {
    const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
    app.all(path, ({ req }) =>
      refuse('MethodUnsupported', `${req.method} is not supported; there are: ${allow}`, {
        headers: { Allow: allow },
      }),
    );
  }
}

const retryAfterSeconds = '2';

function answerTo(error: Error, c: ApiContext, { log }: ApiDeps): Response {
  if (error instanceof Refused) return answer(c, error.refusal);
  const request = { requestId: c.get('requestId'), method: c.req.method, path: c.req.path };
  if (isOutage(error)) {
    log.warn({ err: error, ...request }, 'postgres cannot be reached');
    const headers = { 'Retry-After': retryAfterSeconds };
    return answer(c, { code: 'DatabaseUnavailable', message: 'try again in a moment', headers });
  }
  log.error({ err: error, ...request }, 'the request failed');
  return answer(c, { code: 'InternalError', message: `tell the operator: request ${request.requestId}` });
}

const accessLog =
  ({ log }: ApiDeps) =>
  async (c: ApiContext, next: () => Promise<void>): Promise<void> => {
    const started = performance.now();
    await next();
    const ms = Math.round(performance.now() - started);
    const { method, path } = c.req;
    log.debug({ requestId: c.get('requestId'), method, path, status: c.res.status, ms }, 'answered');
  };
