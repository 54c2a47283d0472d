import { answerOrphan, answerStep, bulk, claim, editUnfit, release, removeOverride } from './deskDeeds.ts';
import type { Deed } from './office.ts';
import {
  cancelOwn,
  cancelOrder,
  commandForeign,
  onOrder,
  onOwn,
  retryWaiting,
  terminateRun,
} from './orderDeeds.ts';

/** What people do, and how often. A third ends orders badly: cancels, aborts. */
export const deeds: readonly (readonly [deed: Deed, weight: number])[] = [
  [cancelOrder, 22],
  [onOrder('abort'), 9],
  [onOrder('hold'), 8],
  [onOrder('resume'), 8],
  [cancelOwn, 2],
  [onOwn('abort'), 1],
  [onOwn('hold'), 2],
  [onOwn('resume'), 2],
  [onOwn('restart'), 1],
  [commandForeign, 2],
  [retryWaiting, 4],
  [answerStep, 20],
  [editUnfit, 2],
  [claim, 2],
  [release, 2],
  [bulk, 3],
  [removeOverride, 2],
  [terminateRun, 3],
  [answerOrphan, 5],
];
