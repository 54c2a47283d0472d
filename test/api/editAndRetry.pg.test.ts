import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, startApi } from './support/api.ts';
import { scriptedDoor } from './support/door.ts';
import { heldStep } from './support/heldStep.ts';

/** An edit of a value that the catalogue has no type for: what the value is now tells what it may become. */

let api: Api;
const door = scriptedDoor();
beforeAll(async () => {
  api = await startApi({ operate: door.operate });
});
afterAll(() => api?.stop());

const edit = (fallout: string, values: object) =>
  api.post({ reason: 'the planner said so', values }, {}, `/ops/v1/fallout/${fallout}/editAndRetry`);

/** A held step that takes its VLAN over from another, and was tried with it. */
async function heldOnVlan() {
  const { fallout, serviceOrder, name } = await heldStep(api);
  await api.db.execute(sql`update step set values = '{"vlan": "steps.other.vlan"}', wanted = '{"vlan": 101}'
    where service_order_id = ${serviceOrder} and name = ${name}`);
  return fallout;
}

test('what another step gives is edited to a value of the type that it has', async () => {
  const fallout = await heldOnVlan();
  expect((await edit(fallout, { vlan: 102 })).status).toBe(202);
  expect((await api.get(`/ops/v1/audit?entityId=${fallout}`)).body).toMatchObject([
    { command: 'editAndRetry', given: { values: { vlan: 102 } } },
  ]);
});

test.each(['x', true, null, [102]])(
  'of another type it is refused, and nothing is sent: %j',
  async (vlan) => {
    const fallout = await heldOnVlan();
    const before = door.sent.length;
    const { status, body } = await edit(fallout, { vlan });
    expect([status, body.code, body.path, body.message]).toEqual([
      400,
      'EditUnfit',
      'values.vlan',
      expect.stringContaining('must be a number'),
    ]);
    expect(door.sent).toHaveLength(before);
  },
);
