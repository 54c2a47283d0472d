import type { OrderState } from '../../src/order/machine.ts';
import { no, none, over, owned, type Row, to } from './commandCells.ts';

const nothing = { ...none, hold: null, resume: null, abort: null, restart: null, cancel: null } as const;

/** Nothing of it is left to take back, or it goes back already. */
const goesItsWay = {
  ...{ hold: to('held'), resume: no('NotOnHold'), restart: no('OrderNotOrphaned') },
  ...{ abort: no('NothingToTakeBack'), cancel: no('NothingToTakeBack') },
} as const;

/** What else may need a person, beside a step that might be left out: brought about by a test of its own. */
export const troubleTable = {
  doubted: {
    title: 'an optional step that may have taken effect needs a person',
    state: 'held',
    cells: {
      hold: to('held'),
      resume: no('NotOnHold'),
      abort: to('cancelled'),
      restart: no('OrderNotOrphaned'),
      cancel: to('cancelled'),
      retryNow: to('completed'),
      editAndRetry: to('completed'),
      completeWithEvidence: to('completed'),
      skip: no('CommandUnfit'),
      leaveBehind: no('CommandUnfit'),
      ...owned('held'),
    },
  },
  withResults: {
    title: 'a step that others read results of needs a person',
    state: 'held',
    cells: {
      hold: to('held'),
      resume: no('NotOnHold'),
      abort: to('cancelled'),
      restart: no('OrderNotOrphaned'),
      cancel: to('cancelled'),
      retryNow: to('completed'),
      editAndRetry: to('completed'),
      completeWithEvidence: no('ResultsUnfit'),
      skip: no('CommandUnfit'),
      leaveBehind: no('CommandUnfit'),
      ...owned('held'),
    },
  },
  resultsGiven: {
    title: 'the same, and the person gives its results',
    state: 'held',
    cells: { ...nothing, completeWithEvidence: to('completed') },
  },
  turning: {
    title: 'takes itself back after a refusal, and that waits for its retry',
    state: 'inProgress',
    cells: {
      ...goesItsWay,
      ...none,
    },
  },
  turningHeld: {
    title: 'takes itself back after a refusal, and that needs a person',
    state: 'held',
    cells: {
      ...goesItsWay,
      retryNow: to('failed'),
      editAndRetry: no('CommandUnfit'),
      completeWithEvidence: no('CommandUnfit'),
      skip: no('CommandUnfit'),
      leaveBehind: to('failed'),
      ...owned('held'),
    },
  },
  compensating: {
    title: 'is being taken back after a failure by another service order, and that waits for its retry',
    state: 'inProgress',
    cells: {
      ...goesItsWay,
      ...none,
    },
  },
  compensationHeld: {
    title: 'is being taken back after a failure by another service order, and that needs a person',
    state: 'held',
    cells: {
      ...goesItsWay,
      retryNow: to('failed'),
      editAndRetry: no('CommandUnfit'),
      completeWithEvidence: to('failed'),
      skip: no('CommandUnfit'),
      leaveBehind: to('failed'),
      ...owned('held'),
    },
  },
  takingAway: {
    title: 'takes something away, and a system refuses to let it go',
    state: 'held',
    cells: {
      ...goesItsWay,
      retryNow: to('completed'),
      editAndRetry: no('CommandUnfit'),
      completeWithEvidence: to('completed'),
      skip: no('CommandUnfit'),
      leaveBehind: to('completed'),
      ...owned('held'),
    },
  },
  foundLate: {
    title: 'what came late was found to have overwritten something',
    state: 'failed',
    cells: {
      ...over('OrderOver'),
      retryNow: no('CommandUnfit'),
      editAndRetry: no('CommandUnfit'),
      completeWithEvidence: no('CommandUnfit'),
      skip: no('CommandUnfit'),
      leaveBehind: to('failed'),
      ...owned('failed'),
    },
  },
} as const satisfies Record<string, Row<OrderState>>;
