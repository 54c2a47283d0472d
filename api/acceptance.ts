import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { AcceptanceOf, Posted } from '../drizzle/acceptOnce.ts';
import type { JsonObject } from '../src/kernel/json.ts';
import { hashOf } from '../src/kernel/json.ts';
import type { OrderRefusal } from '../src/order/refusal.ts';
import { readJson } from './body.ts';
import { callerOf } from './caller.ts';
import type { ApiContext, ApiDeps } from './deps.ts';
import { idempotencyKey } from './idempotencyKey.ts';
import { type ProblemCode, refuse } from './problem.ts';
import { linksOf, type Links, type ResourceName } from './resource.ts';

/** The body of a posted order, and what it says about being repeated. */
export interface PostedBody<Order> extends Omit<Posted<Order>, 'fingerprint'> {
  readonly body: unknown;
  readonly orderId: string;
  readonly now: string;
  readonly limits: { readonly serviceItemsMax: number; readonly dispatchDelayMs: number };
}

export async function readPosted<Order extends { readonly id: string }>(
  c: ApiContext,
  deps: ApiDeps,
  operation: string,
  resource: ResourceName,
  toTmf: (order: Order, links: Links) => JsonObject,
): Promise<PostedBody<Order>> {
  const { tenant, client } = callerOf(c.req.raw);
  const key = idempotencyKey(c);
  const body = await readJson(c, deps.config.bodyLimitBytes);
  const links = linksOf(c, deps);
  return {
    tenant,
    client,
    body,
    orderId: deps.newOrderId(),
    now: deps.clock().toISOString(),
    ...(key !== undefined && { idempotency: { operation, key, fingerprint: hashOf(body) } }),
    render: (order) => ({
      status: 201,
      location: links.href(resource, order.id),
      body: toTmf(order, links),
    }),
    ...(deps.failpoint && { failpoint: deps.failpoint }),
    limits: {
      serviceItemsMax: deps.config.planServiceItemsMax,
      dispatchDelayMs: deps.config.dispatchDelayMs,
    },
  };
}

/** `pathOf` says where in the request a refusal points. */
export function answerTo<Why extends { readonly type: ProblemCode; readonly message: string } = OrderRefusal>(
  c: ApiContext,
  acceptance: AcceptanceOf<unknown, Why>,
  pathOf: (refusal: Why) => string | undefined,
): Response {
  switch (acceptance.type) {
    case 'accepted':
    case 'replayed': {
      const { status, location, body } = acceptance.reply;
      return c.json(body, status as ContentfulStatusCode, { Location: location });
    }
    case 'refused': {
      const path = pathOf(acceptance.refusal);
      const { type, message } = acceptance.refusal;
      return refuse(type, message, path === undefined ? {} : { path });
    }
    case 'keyReused':
      return refuse('IdempotencyKeyReused', 'the key belongs to a request with another body');
    case 'externalIdReused':
      return refuse('ExternalIdReused', `order ${acceptance.order} has it, with other content`, {
        path: 'externalId',
      });
  }
}
