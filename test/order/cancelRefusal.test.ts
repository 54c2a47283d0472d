import { expect, test } from 'vitest';
import { type CancelTarget, refusalOfCancel } from '../../src/order/cancelRefusal.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { orderMachine, orderStates } from '../../src/order/machine.ts';

const target = (more: Partial<CancelTarget> = {}): CancelTarget => ({
  ...{ kind: 'productOrder', id: 'O', state: 'inProgress', isOver: false },
  ...{ productOrder: null, openTask: undefined },
  ...more,
});

test.each(orderStates)('an order that is %s can be asked unless it is over', (state) => {
  const isOver = isFinal(orderMachine, state);
  const refusal = refusalOfCancel(target({ state, isOver }));
  expect(refusal?.type).toBe(isOver ? 'OrderOver' : undefined);
  if (isOver) expect(refusal?.message).toContain(state);
});

test('a refusal names what it is about', () => {
  expect(refusalOfCancel(undefined)?.type).toBe('ResourceUnknown');
  expect(refusalOfCancel(target({ openTask: 'T-1' }))).toMatchObject({
    type: 'CancelOpen',
    message: expect.stringContaining('T-1'),
  });
  const part = target({ kind: 'serviceOrder', productOrder: 'P-1' });
  expect(refusalOfCancel(part)).toMatchObject({
    type: 'ServiceOrderOfProductOrder',
    message: expect.stringContaining('P-1'),
  });
});

test('whose service order it is comes before whether it is over, and that before another cancel', () => {
  const over = target({ kind: 'serviceOrder', state: 'completed', isOver: true, openTask: 'T-1' });
  expect(refusalOfCancel(over)?.type).toBe('ServiceOrderOver');
  expect(refusalOfCancel({ ...over, productOrder: 'P-1' })?.type).toBe('ServiceOrderOfProductOrder');
});
