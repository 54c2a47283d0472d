import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Env } from './deps.ts';

type Api = OpenAPIHono<Env>;

const info = {
  openapi: '3.1.0',
  info: { title: 'Dialtone', version: '0.0.0', description: 'Orders in, dial tone out.' },
};

/** The documentation of the schemas that validate, made when somebody asks for it. */
export function openApiRoute(app: Api) {
  let made: object | undefined;
  return (c: { json: (body: object) => Response }): Response => {
    made ??= app.getOpenAPI31Document(info);
    return c.json(made);
  };
}
