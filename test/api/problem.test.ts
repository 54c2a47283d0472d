import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pathText, problems } from '../../api/problem.ts';
import { orderRefusalTypes } from '../../src/order/refusal.ts';

const documented = [
  ...readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8').matchAll(
    /^\| `(\w+)` *\| (\d{3}) *\| ([^|]+) \| ([^|]+) \|$/gm,
  ),
].map(([, code, status, reason, advice]) => ({
  code,
  status,
  reason: reason?.trim(),
  advice: advice?.trim(),
}));

test('every problem is documented with its status and reason, and what to do', () => {
  expect(documented.map(({ code, status, reason }) => [code, Number(status), reason]).sort()).toEqual(
    Object.entries(problems)
      .map(([code, [status, reason]]) => [code, status, reason])
      .sort(),
  );
  expect(documented.filter(({ advice }) => !advice)).toEqual([]);
});

test('every refusal of an order is about the request or about what is there', () => {
  for (const type of orderRefusalTypes) expect([400, 409]).toContain(problems[type][0]);
});

test('a path reads like the contract', () => {
  expect(pathText(['productOrderItem', 1, 'product', 'place', 0, 'id'])).toBe(
    'productOrderItem[1].product.place[0].id',
  );
  expect(pathText([])).toBe('');
  expect(pathText([0, 'a'])).toBe('[0].a');
});
