import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLook } from '../../activities/look.ts';
import { pauseSystem } from '../../drizzle/systemDesk.ts';
import { type ActivationAdapter, CallFailed, type Observed } from '../../src/activation/adapter.ts';
import { type Api, startApi } from '../api/support/api.ts';

/** A person looks at what a system shows: only a read, and never of one that is to be left alone. */

let api: Api;
const asked: string[] = [];
let answer: () => Promise<Observed> = () => Promise.resolve({ type: 'absent' });
const neverWritten = () => Promise.reject(new Error('a look writes nothing'));
const adapter: ActivationAdapter = {
  apply: neverWritten,
  revoke: neverWritten,
  read: ({ object }) => {
    asked.push(object);
    return answer();
  },
};
const look = (system: string, object: string) =>
  createLook({ db: api.db, adapterFor: () => adapter })(system, object);

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

test('what the system shows is shown', async () => {
  expect(await look('olt', 'line/1')).toEqual({ type: 'absent' });
  expect(asked).toEqual(['line/1']);
});

test('a system that does not answer is unavailable, with the reason', async () => {
  answer = () => Promise.reject(new CallFailed('noAnswer', 'timeout', 'no answer within 3 s'));
  const seen = await look('olt', 'line/2');
  expect(seen).toMatchObject({
    type: 'unavailable',
    message: expect.stringContaining('no answer within 3 s'),
  });
});

test('one that is paused, known to be away, or not there at all is not asked', async () => {
  await pauseSystem(api.db, 'ipam', 'new firmware');
  await api.db.execute(sql`
    insert into system_health (system, failures, open_until) values ('acs', 9, now() + interval '1 minute')`);
  for (const [system, why] of [
    ['ipam', 'new firmware'],
    ['acs', 'does not answer'],
    ['nobody', 'there is no system nobody'],
  ] as const) {
    const seen = await look(system, 'unasked');
    expect(seen).toMatchObject({ type: 'unavailable', message: expect.stringContaining(why) });
  }
  expect(asked).not.toContain('unasked');
});
