import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, startApi } from './support/api.ts';

/** A word that no row can ever have is a slip of the pen, not an empty list. */

let api: Api;
let task: string;
beforeAll(async () => {
  api = await startApi();
  task = (await api.post({ command: 'retryNow', class: 'lied' }, {}, '/ops/v1/fallout/bulk')).body.id;
});
afterAll(() => api?.stop());

const filters = [
  ['fallout', 'state', 'open', 'there are: open, closed'],
  ['fallout', 'class', 'orphaned', 'transient, throttled, inDoubt'],
  ['audit', 'command', 'retryNow', 'retryNow, editAndRetry'],
  ['audit', 'entity', 'system', 'productOrder, serviceOrder, fallout'],
  ['audit', 'outcome', 'asked', 'there are: asked, done, refused'],
  ['bulkTasks', 'state', 'done', 'there are: inProgress, done'],
  ['bulkTasks', 'command', 'skip', 'retryNow, skip, leaveBehind'],
  ['bulkTasks', 'class', 'lied', 'transient, throttled, inDoubt'],
  ['bulkTasks/{task}/entries', 'state', 'waiting', 'there are: waiting, done, refused'],
  ['callbacks', 'state', 'dead', 'there are: waiting, delivered, dead'],
  ['holds', 'kind', 'serviceOrder', 'there are: productOrder, serviceOrder'],
  ['holds', 'state', 'held', 'there are: acknowledged, rejected'],
] as const;

describe.each(filters)('%s by %s', (path, name, known, message) => {
  const ask = (query: string) => api.get(`/ops/v1/${path.replace('{task}', task)}?${query}`);

  test('takes what exists', async () => {
    expect((await ask(`${name}=${known}`)).status).toBe(200);
  });

  test('refuses what does not, naming what does', async () => {
    for (const query of [`${name}=bogus`, `${name}=${known},bogus`, `${name}.eq=constructor`]) {
      const { status, body } = await ask(query);
      expect([status, body.code]).toEqual([400, 'FilterInvalid']);
      expect(body.path).toMatch(new RegExp(`^${name}`));
      expect(body.message).toContain(message);
    }
  });
});
