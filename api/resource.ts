import { byId, type ListQuery, type Page } from '../drizzle/reads/list.ts';
import { type Tx, withTenant } from '../drizzle/client.ts';
import { idPattern } from '../src/kernel/ids.ts';
import type { Json, JsonObject } from '../src/kernel/json.ts';
import { callerOf } from './caller.ts';
import type { ApiContext, ApiDeps } from './deps.ts';
import { refuse } from './problem.ts';
import { type AskedList, askedFieldsOnly, askedList, type Filterable } from './query.ts';

/** Where each resource lives. */
export const collections = {
  productOrder: '/tmf-api/productOrderingManagement/v4/productOrder',
  cancelProductOrder: '/tmf-api/productOrderingManagement/v4/cancelProductOrder',
  serviceOrder: '/tmf-api/serviceOrdering/v4/serviceOrder',
  cancelServiceOrder: '/tmf-api/serviceOrdering/v4/cancelServiceOrder',
  product: '/tmf-api/productInventory/v4/product',
  service: '/tmf-api/serviceInventory/v4/service',
  productOffering: '/tmf-api/productCatalogManagement/v4/productOffering',
  productSpecification: '/tmf-api/productCatalogManagement/v4/productSpecification',
  serviceSpecification: '/tmf-api/serviceCatalogManagement/v4/serviceSpecification',
  callback: '/ops/v1/callbacks',
  fallout: '/ops/v1/fallout',
  hold: '/ops/v1/holds',
  audit: '/ops/v1/audit',
  override: '/ops/v1/overrides',
  bulkTask: '/ops/v1/bulkTasks',
  bulkEntry: '/ops/v1/bulkTasks/{id}/entries',
} as const;
export type ResourceName = keyof typeof collections;

/** The full address of a resource, as the client of this request knows this API. */
export interface Links {
  readonly origin: string;
  href(resource: ResourceName, id: string): string;
}

export const linksFrom = (origin: string): Links => ({
  origin,
  href: (resource, id) => `${origin}${collections[resource]}/${id}`,
});

export function linksOf(c: ApiContext, { config }: ApiDeps): Links {
  const { url } = c.req;
  return linksFrom(config.publicUrl ?? url.slice(0, url.indexOf('/', 'https://'.length)));
}

/** A resource that can be listed and read. */
export interface Readable<Entity> extends Filterable {
  readonly name: ResourceName;
  readonly list: (tx: Tx, tenant: string, query: ListQuery) => Promise<Page<Entity>>;
  readonly toTmf: (entity: Entity, links: Links) => JsonObject;
}

export async function list<Entity>(
  c: ApiContext,
  deps: ApiDeps,
  resource: Readable<Entity>,
): Promise<Response> {
  const { tenant } = callerOf(c.req.raw);
  const url = new URL(c.req.url);
  const asked = askedList(url.searchParams, resource, deps.config);
  const page = await withTenant(deps.db, tenant, (tx) => resource.list(tx, tenant, asked.list));
  const links = linksOf(c, deps);
  c.header('X-Total-Count', String(page.total));
  c.header('X-Result-Count', String(page.rows.length));
  const around = pagesAround(url, links.origin, asked, page);
  if (around !== '') c.header('Link', around);
  const body = page.rows.map((entity) => selected(resource.toTmf(entity, links), asked.fields));
  return c.json(body, asked.limited && hasMore(asked, page) ? 206 : 200);
}

export async function retrieve<Entity>(
  c: ApiContext,
  deps: ApiDeps,
  resource: Readable<Entity>,
): Promise<Response> {
  const { tenant } = callerOf(c.req.raw);
  const fields = askedFieldsOnly(new URL(c.req.url).searchParams);
  const id = c.req.param('id') ?? '';
  const found = idPattern.test(id)
    ? await withTenant(deps.db, tenant, (tx) => resource.list(tx, tenant, byId(id)))
    : undefined;
  const entity = found?.rows[0] ?? refuse('ResourceUnknown', `there is no such ${resource.name}`);
  return c.json(selected(resource.toTmf(entity, linksOf(c, deps)), fields));
}

const hasMore = ({ list: { offset } }: AskedList, { rows, total }: Page<unknown>): boolean =>
  rows.length > 0 && offset + rows.length < total;

function pagesAround(url: URL, origin: string, asked: AskedList, page: Page<unknown>): string {
  const { offset, limit } = asked.list;
  const linkTo = (rel: string, to: number): string => {
    const parameters = new URLSearchParams(url.searchParams);
    parameters.set('offset', String(to));
    parameters.set('limit', String(limit));
    return `<${origin}${url.pathname}?${parameters}>; rel="${rel}"`;
  };
  return [
    ...(hasMore(asked, page) ? [linkTo('next', offset + limit)] : []),
    ...(offset > 0 ? [linkTo('prev', Math.max(0, offset - limit))] : []),
  ].join(', ');
}

const alwaysThere = ['id', 'href'];

export function selected(resource: JsonObject, fields: readonly string[] | undefined): JsonObject {
  if (fields === undefined) return resource;
  const wanted = new Set([...alwaysThere, ...fields]);
  return Object.fromEntries(Object.entries(resource).filter(([name]) => wanted.has(name)));
}

type Attributes = Readonly<Record<string, Json | undefined | null>>;

/** What has no value is not there. */
export const given = (attributes: Attributes): JsonObject =>
  Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== undefined && value !== null),
  ) as JsonObject;

/** The contracts' lists have at least one entry: empty ones are not there either. */
export const present = (attributes: Attributes): JsonObject =>
  Object.fromEntries(
    Object.entries(given(attributes)).filter(([, value]) => !(Array.isArray(value) && value.length === 0)),
  );

/** RFC 3339 in UTC, whatever form the database gave it. */
export const dateTime = (instant: string | null | undefined): string | undefined =>
  instant === null || instant === undefined ? undefined : new Date(instant).toISOString();

/** Names and values as the contract's list of characteristics. */
export const characteristicList = (values: JsonObject): JsonObject[] =>
  Object.entries(values).map(([name, value]) => ({
    name,
    valueType: Array.isArray(value) ? 'array' : typeof value,
    value,
  }));
