import { expect, test } from 'vitest';
import { createPlaces } from '../../activities/places.ts';

const places = (most: number, waitMs: number) =>
  createPlaces({ most, waitMs, isOwnQueue: (queue, system) => queue === `own:${system}` });

test('a system holds so many places of a queue and no more, and another system has its own', async () => {
  const { take } = places(2, 1);
  const taken = [await take('domain:ip', 'ipam'), await take('domain:ip', 'ipam')];
  expect(taken.every((leave) => leave !== undefined)).toBe(true);
  expect(await take('domain:ip', 'ipam')).toBeUndefined();
  expect(await take('domain:ip', 'edge')).toBeDefined();
  expect(await take('domain:other', 'ipam')).toBeDefined();
});

test('a place that comes free goes to who waited longest', async () => {
  const { take } = places(1, 60_000);
  const leave = await take('domain:ip', 'ipam');
  const order: string[] = [];
  const waiting = ['first', 'second'].map(async (name) => {
    const leaveAgain = await take('domain:ip', 'ipam');
    order.push(name);
    leaveAgain?.();
  });
  leave?.();
  await Promise.all(waiting);
  expect(order).toEqual(['first', 'second']);
});

test('who gave up waiting leaves no trace', async () => {
  const { take } = places(1, 1);
  const leave = await take('domain:ip', 'ipam');
  expect(await take('domain:ip', 'ipam')).toBeUndefined();
  leave?.();
  expect(await take('domain:ip', 'ipam')).toBeDefined();
  expect(await take('domain:ip', 'ipam')).toBeUndefined();
});

test("a system's own queue is not bounded here", async () => {
  const { take } = places(1, 1);
  for (let n = 0; n < 5; n += 1) expect(await take('own:ipam', 'ipam')).toBeDefined();
});
