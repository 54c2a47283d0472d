import { afterAll, beforeAll, expect, test } from 'vitest';
import { fibre, orderOf } from '../support/orders.ts';
import { type Api, type Body, orders, startApi } from './support/api.ts';

let api: Api;
let ids: string[];
const start = Date.UTC(2026, 0, 1);
let minutes = 0;
beforeAll(async () => {
  api = await startApi({ clock: () => new Date(start + 60_000 * minutes++) });
  ids = [];
  for (const customer of ['ORG-1', 'ORG-2', 'ORG-1', 'ORG-3', 'ORG-2']) {
    const { body } = await api.post({
      ...orderOf(fibre()),
      externalId: `E-${ids.length}`,
      priority: String(ids.length % 3),
      relatedParty: [{ id: customer, '@referredType': 'Organization' }],
    });
    ids.push(body.id);
  }
});
afterAll(() => api?.stop());

const list = async (query: string) => {
  const { status, headers, body } = await api.get(`${orders}?${query}`);
  return { status, headers, found: body.map?.(({ id }: Body) => ids.indexOf(id)), body };
};

test('without limit everything comes, oldest first, as 200 with both counts', async () => {
  const { status, headers, found } = await list('');
  expect([status, found]).toEqual([200, [0, 1, 2, 3, 4]]);
  expect([headers.get('x-total-count'), headers.get('x-result-count')]).toEqual(['5', '5']);
  expect(headers.get('link')).toBeNull();
});

test('who asks for pages can walk through them by their links', async () => {
  let url: string | undefined = `http://api.test${orders}?limit=2&sort=-orderDate`;
  const seen: [number, number[], string | null][] = [];
  while (url !== undefined) {
    const { pathname, search } = new URL(url);
    const { status, headers, body } = await api.get(pathname + search);
    seen.push([status, body.map(({ id }: Body) => ids.indexOf(id)), headers.get('x-result-count')]);
    url = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
  }
  expect(seen).toEqual([
    [206, [4, 3], '2'],
    [206, [2, 1], '2'],
    [200, [0], '1'],
  ]);
});

test('a page beyond the end is empty', async () => {
  const { status, headers, found } = await list('offset=1000000000000&limit=10');
  expect([status, found, headers.get('x-total-count')]).toEqual([200, [], '5']);
});

test('a limit over the largest page is taken as the largest page', async () => {
  expect((await list('limit=1000000000')).found).toEqual([0, 1, 2, 3, 4]);
});

test('id and href come whatever fields are wanted', async () => {
  const { body } = await list('fields=state,relatedParty.id,nothing&limit=1');
  expect(Object.keys(body[0]).sort()).toEqual(['href', 'id', 'relatedParty', 'state']);
  expect(Object.keys((await list('fields=none')).body[0]).sort()).toEqual(['href', 'id']);
  const one = await api.get(`${orders}/${ids[0]}?fields=state`);
  expect(Object.keys(one.body).sort()).toEqual(['href', 'id', 'state']);
});

test.each([
  ['state=acknowledged', [0, 1, 2, 3, 4]],
  ['state=held', []],
  ['state="held","acknowledged"', [0, 1, 2, 3, 4]],
  ['externalId=E-1,E-3', [1, 3]],
  ['externalId=E-1&externalId=E-2&priority=2', [2]],
  ['externalId.eq=E-4', [4]],
  ['relatedParty.id=ORG-1', [0, 2]],
  ['relatedParty.id=ORG-1,ORG-3', [0, 2, 3]],
  ['orderDate.gt=2026-01-01T00:02:00Z', [3, 4]],
  ['orderDate.gte=2026-01-01T00:02:00Z&orderDate.lt=2026-01-01T00:04:00Z', [2, 3]],
  ['orderDate=2026-01-01T00:02:00Z', [2]],
  ['orderDate.lte=2026-01-01T01:01:00+01:00', [0, 1]],
  ['orderDate.gt=2026-01-02', []],
  ['priority.gt=0', [1, 2, 4]],
  ["externalId=' or 1=1 --", []],
  ['sort=priority,-orderDate', [3, 0, 4, 1, 2]],
])('%s', async (query, expected) => {
  const { status, found } = await list(query);
  expect([status, found]).toEqual([200, expected]);
});

test.each([
  ['limit=0', 'ParameterInvalid', 'limit'],
  ['limit=-1', 'ParameterInvalid', 'limit'],
  ['limit=many', 'ParameterInvalid', 'limit'],
  ['offset=1.5', 'ParameterInvalid', 'offset'],
  ['offset=99999999999999999999', 'ParameterInvalid', 'offset'],
  ['limit=1&limit=2', 'ParameterInvalid', 'limit'],
  ['colour=red', 'FilterUnknown', 'colour'],
  ['constructor=1', 'FilterUnknown', 'constructor'],
  ['state.regex=(a%2B)%2B', 'FilterUnknown', 'state.regex'],
  ['filter=$[?(@.a)]', 'FilterUnknown', 'filter'],
  ['state=', 'FilterInvalid', 'state'],
  ['state=a%00b', 'FilterInvalid', 'state'],
  ['orderDate=yesterday', 'FilterInvalid', 'orderDate'],
  ['orderDate.gt=2026-13-01', 'FilterInvalid', 'orderDate.gt'],
  ['orderDate.lt=2026-02-30', 'FilterInvalid', 'orderDate.lt'],
  ['relatedParty.id.gt=A', 'FilterInvalid', 'relatedParty.id.gt'],
  ['sort=colour', 'SortUnknown', 'colour'],
  ['sort=relatedParty.id', 'SortUnknown', 'relatedParty.id'],
  [`state=${'a,'.repeat(101)}`, 'FilterInvalid', 'state'],
])('%s is refused', async (query, code, path) => {
  const { status, body } = await list(query);
  expect([status, body.code, body.path]).toEqual([400, code, path]);
});

test('one resource takes fields and nothing else', async () => {
  const { status, body } = await api.get(`${orders}/${ids[0]}?state=held`);
  expect([status, body.code]).toEqual([400, 'FilterUnknown']);
});
