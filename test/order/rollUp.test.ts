import { expect, test } from 'vitest';
import { itemStates, orderStates, type ItemState } from '../../src/order/machine.ts';
import { type ControlFlags, rollUp } from '../../src/order/rollUp.ts';

const itemsMax = 4;

/** Every multiset of up to four item states. */
function combinations(size: number, from = 0): ItemState[][] {
  if (size === 0) return [[]];
  return itemStates.flatMap((state, index) =>
    index < from ? [] : combinations(size - 1, index).map((rest) => [state, ...rest]),
  );
}
const orders = Array.from({ length: itemsMax }, (_, index) => combinations(index + 1)).flat();

const flagSets: readonly ControlFlags[] = [true, false].flatMap((moving) =>
  [true, false].flatMap((operatorHold) =>
    (['none', 'assessing', 'accepted'] as const).map((cancellation) => ({
      moving,
      operatorHold,
      cancellation,
    })),
  ),
);
const cases = orders.flatMap((items) =>
  flagSets.map((flags) => ({ items, flags, state: rollUp(items, flags) })),
);

const over: readonly string[] = ['rejected', 'cancelled', 'completed', 'failed'];
const finalOrders: readonly string[] = [...over, 'partial'];
const failing = (wrong: (one: (typeof cases)[number]) => boolean) => cases.filter(wrong);
const all = (items: readonly ItemState[], state: ItemState) => items.every((item) => item === state);

test('every combination has a state that an order can have', () => {
  expect(cases).toHaveLength(1000 * flagSets.length);
  expect(failing(({ state }) => !orderStates.includes(state))).toEqual([]);
});

function permutations<T>(values: readonly T[]): T[][] {
  if (values.length === 0) return [[]];
  return values.flatMap((value, index) =>
    permutations(values.filter((_, other) => other !== index)).map((rest) => [value, ...rest]),
  );
}

test('the order of the items does not matter', () => {
  expect(
    failing(({ items, flags, state }) =>
      permutations(items).some((turned) => rollUp(turned, flags) !== state),
    ),
  ).toEqual([]);
});

test('an order is over if and only if all its items are', () => {
  expect(
    failing(({ items, state }) => items.every((item) => over.includes(item)) !== finalOrders.includes(state)),
  ).toEqual([]);
});

test('once all items are over no flag matters', () => {
  expect(
    failing(
      ({ items, state }) =>
        items.every((item) => over.includes(item)) &&
        flagSets.some((flags) => rollUp(items, flags) !== state),
    ),
  ).toEqual([]);
});

test.each(['completed', 'rejected', 'cancelled', 'failed', 'acknowledged'] as const)(
  'an order whose items are all %s is so, too',
  (state) => {
    for (let size = 1; size <= itemsMax; size++) {
      const items = Array.from({ length: size }, () => state);
      expect(rollUp(items, { moving: true, operatorHold: false, cancellation: 'none' })).toBe(state);
    }
  },
);

test('an order is completed only if every item is', () => {
  expect(failing(({ items, state }) => (state === 'completed') !== all(items, 'completed'))).toEqual([]);
});

test('an order is partial if something stands and something does not, or some failed while others were cancelled', () => {
  const isPartial = (items: readonly ItemState[]) =>
    items.every((item) => over.includes(item)) &&
    !all(items, 'completed') &&
    (items.includes('completed') || (items.includes('cancelled') && items.includes('failed')));
  expect(failing(({ items, state }) => (state === 'partial') !== isPartial(items))).toEqual([]);
});

test('an order is held by an operator, or by a held item once nothing else moves, unless a cancellation is assessed', () => {
  const isHeld = (items: readonly ItemState[], { moving, operatorHold, cancellation }: ControlFlags) =>
    items.some((item) => !over.includes(item)) &&
    cancellation !== 'assessing' &&
    (operatorHold || (items.includes('held') && !moving));
  expect(failing(({ items, flags, state }) => (state === 'held') !== isHeld(items, flags))).toEqual([]);
});

test('while a cancellation is assessed or carried out, the open order says so unless it is held', () => {
  const named = {
    assessing: 'assessingCancellation',
    accepted: 'pendingCancellation',
    none: undefined,
  } as const;
  expect(
    failing(({ items, flags, state }) => {
      if (items.every((item) => over.includes(item)) || state === 'held') return false;
      const wanted = named[flags.cancellation];
      return wanted === undefined
        ? state === 'assessingCancellation' || state === 'pendingCancellation'
        : state !== wanted;
    }),
  ).toEqual([]);
});

test.each([
  { items: ['inProgress', 'held'], moving: true, state: 'inProgress' },
  { items: ['inProgress', 'held'], moving: false, state: 'held' },
  { items: ['inProgress', 'pending'], moving: true, state: 'inProgress' },
  { items: ['inProgress', 'pending'], moving: false, state: 'pending' },
  { items: ['acknowledged', 'completed'], moving: true, state: 'inProgress' },
  { items: ['completed', 'inProgress'], moving: false, state: 'inProgress' },
  { items: ['completed', 'failed'], moving: false, state: 'partial' },
  { items: ['rejected', 'failed'], moving: false, state: 'failed' },
] as const)('$items, moving: $moving → $state', ({ items, moving, state }) => {
  expect(rollUp(items, { moving, operatorHold: false, cancellation: 'none' })).toBe(state);
});

test('an order of which something stands, though no item does, is partial', () => {
  const wrong = cases.filter(({ items, flags, state }) => {
    const standing = rollUp(items, { ...flags, stands: true });
    return standing !== (state === 'failed' || state === 'cancelled' ? 'partial' : state);
  });
  expect(wrong).toEqual([]);
});
