import { describe, expect, test } from 'vitest';
import { begin, failed, opened, settled, sketch, tell } from './driver.ts';

const modes = ['allOrNothing', 'bestEffort'] as const;

/** `a` is done and cannot be taken back; `b`, of the same item, does not come to a good end. */
const plan = [sketch('a', { item: 'line', irreversible: true }), sketch('b', { item: 'line', after: ['a'] })];

describe.each(modes)(
  'of an item that cannot be taken back as a whole, in an order that is %s',
  (onFailure) => {
    test('the item fails with the reason, and the order is partial, since something stands', () => {
      const { run, last } = tell(begin(plan, { onFailure }), opened, settled('a'), failed('b', 'noStock'));
      expect(run.items).toEqual({ line: 'failed' });
      expect(run.state).toBe('partial');
      expect(last).toMatchObject([
        {
          type: 'settleOrder',
          changes: [{ type: 'item', item: 'line', code: 'noStock' }, { type: 'order' }],
        },
      ]);
    });
  },
);

test('of an order that went back as a whole nothing stands, and it has failed', () => {
  const { run } = tell(begin([sketch('a', { item: 'line' })]), opened, failed('a', 'noStock'));
  expect([run.items, run.state]).toEqual([{ line: 'failed' }, 'failed']);
});
