import type { CompactPlan, CompactServiceOrder } from '../decomposition/plan.ts';
import { must } from '../kernel/assert.ts';
import type { Control, Need, Outcome } from '../serviceOrder/run.ts';
import type { OrderChange } from './changes.ts';
import type { ItemState, OrderState } from './machine.ts';

/**
 * ready: everything built, waits to take away what is no longer wanted; counts as done for those that come after.
 * skipped: nothing it reads changed, so no child was started.
 * stopping: told to take back what it did. undone: it did, or never got so far. notStarted: it never was.
 * compensating, compensated: it was done, and another service order takes it back.
 */
export type ChildState =
  | 'waiting'
  | 'running'
  | 'held'
  | 'ready'
  | 'releasing'
  | 'done'
  | 'skipped'
  | 'stopping'
  | 'undone'
  | 'notStarted'
  | 'compensating'
  | 'compensated';

/** The code of a service order whose run ended without it. */
export const runLost = 'runLost';

export interface Child {
  readonly state: ChildState;
  /** Names of the service's results that changed. */
  readonly changed: readonly string[];
  /** Why it is held or failed. */
  readonly code?: string;
  /** What of it needs a person, whether it is held or the rest of it moves. */
  readonly needs?: readonly Need[];
  /** What a held or stopped one was about, and goes on with if it may. */
  readonly was?: ChildState;
  /** It was told to stop, while it moved or was held; gone once it answers that it stands. One that failed keeps it. */
  readonly told?: 'moving' | 'held';
  /** It waits, as far as its row knows: an earlier run of the order may have begun it all the same. */
  readonly maybeBegun?: true;
}

export interface OrderRun {
  readonly plan: CompactPlan;
  readonly state: OrderState;
  readonly items: Readonly<Record<string, ItemState>>;
  /** Item → the bundle item it is a part of. */
  readonly parents: Readonly<Record<string, string>>;
  readonly children: Readonly<Record<string, Child>>;
  /** Service orders that take back others, opened as the need arose. */
  readonly compensations: readonly CompactServiceOrder[];
  /** Service orders that failed of their own, so that the order's policy dooms others; those that are about to. */
  readonly failed: readonly string[];
  readonly failing: readonly string[];
  /** Service orders that will not stand, and those that said they stand whatever fails. */
  readonly doomed: readonly string[];
  readonly standing: readonly string[];
  /** Who ended them for good left something of them in the network. */
  readonly leftBehind: readonly string[];
  /** A person, or the client, wants all back that may be taken back. */
  readonly unwanted: Unwanted | null;
  /** A person holds the order: nothing new is begun, forward or back. */
  readonly onHold: boolean;
  readonly cancel: Cancel | null;
  /** Wishes to cancel that came so far: each counts once. */
  readonly tasks: readonly string[];
}

export type Unwanted = 'aborted' | 'cancelled';

/** The client's wish: assessed while service orders stand still and answer, then granted or over. */
export interface Cancel {
  readonly task: string;
  readonly phase: 'assessing' | 'accepted';
  /** Those that were asked, and those of them whose answer is missing. */
  readonly asked: readonly string[];
  readonly awaiting: readonly string[];
}

/** What rows say of a person's wishes, to a run that takes over. */
export interface Wishes {
  readonly aborted: boolean;
  readonly onHold: boolean;
  readonly cancel: { readonly task: string; readonly accepted: boolean } | null;
}

export type OrderEvent =
  | { readonly type: 'Opened' }
  | { readonly type: 'ServiceOrderReady'; readonly id: string; readonly changed: readonly string[] }
  | {
      readonly type: 'ServiceOrderHeld';
      readonly id: string;
      readonly code: string;
      readonly needs: readonly Need[];
    }
  /** It moves, and this needs a person all the same. */
  | { readonly type: 'ServiceOrderNeeds'; readonly id: string; readonly needs: readonly Need[] }
  | { readonly type: 'ServiceOrderResumed'; readonly id: string }
  /** It takes itself back, and will have failed. */
  | { readonly type: 'ServiceOrderFailing'; readonly id: string }
  /** Asked to stop, it is past its point of no return. */
  | { readonly type: 'ServiceOrderStands'; readonly id: string }
  | {
      readonly type: 'ServiceOrderSettled';
      readonly id: string;
      readonly outcome: Outcome;
      readonly code: string | null;
      readonly changed: readonly string[];
    }
  /** Whether it could go back. It stands still until it is told what to do. */
  | { readonly type: 'ServiceOrderAnswered'; readonly id: string; readonly stands: boolean }
  | {
      readonly type: 'AbortRequested';
      readonly audit: string;
      /** Service orders that are past their point of no return, where their rows were asked. */
      readonly past?: readonly string[];
    }
  | { readonly type: 'HoldRequested'; readonly audit: string }
  | { readonly type: 'ResumeRequested'; readonly audit: string }
  /** A service order whose run is lost shall have another one. */
  | { readonly type: 'RejoinRequested'; readonly id: string; readonly audit: string }
  | { readonly type: 'CancelRequested'; readonly task: string }
  | { readonly type: 'CompensationOpened'; readonly serviceOrders: readonly CompactServiceOrder[] };

export type OrderCommand =
  | { readonly type: 'startServiceOrder'; readonly id: string; readonly changed: readonly string[] }
  | { readonly type: TellCommand; readonly id: string }
  | { readonly type: 'rejoinServiceOrder'; readonly id: string }
  | { readonly type: 'openCompensation'; readonly ids: readonly string[] }
  | {
      readonly type: 'recordProgress';
      readonly changes: readonly OrderChange[];
      readonly controls: readonly Control[];
    }
  | {
      readonly type: 'settleOrder';
      readonly changes: readonly OrderChange[];
      readonly controls: readonly Control[];
      /** Service orders that turned out to need nothing, and those that never began. */
      readonly untouched: readonly string[];
      readonly notStarted: readonly string[];
    };

/** A word to a service order that runs. */
export type TellCommand =
  | 'releaseServiceOrder'
  | 'stopServiceOrder'
  | 'askServiceOrder'
  | 'goOnServiceOrder'
  | 'holdServiceOrder'
  | 'resumeServiceOrder';

export interface Advanced {
  readonly run: OrderRun;
  readonly commands: readonly OrderCommand[];
}

export const beginOrder = (
  plan: CompactPlan,
  state: OrderState,
  items: Readonly<Record<string, ItemState>>,
  parents: Readonly<Record<string, string>>,
): OrderRun => ({
  plan,
  state,
  items,
  parents,
  children: Object.fromEntries(
    plan.serviceOrders.map(({ id }): [string, Child] => [id, { state: 'waiting', changed: [] }]),
  ),
  compensations: [],
  failed: [],
  failing: [],
  doomed: [],
  standing: [],
  leftBehind: [],
  unwanted: null,
  onHold: false,
  cancel: null,
  tasks: [],
});

/** Something of it is to be taken back: by its policy, or because a person wants it. */
export const isGoingBack = ({ failed, failing, unwanted }: OrderRun): boolean =>
  unwanted !== null || failed.length > 0 || failing.length > 0;

export const isAssessing = ({ cancel }: OrderRun): boolean => cancel?.phase === 'assessing';

/** Nothing new is begun, forward or back: a person holds the order, or answers are awaited. */
export const isStill = (run: OrderRun): boolean => run.onHold || isAssessing(run);

export const child = (run: OrderRun, id: string): Child => must(run.children[id], `service order ${id}`);

export const withChild = (run: OrderRun, id: string, next: Child): OrderRun => ({
  ...run,
  children: { ...run.children, [id]: next },
});

export const withState = (run: OrderRun, id: string, state: ChildState): OrderRun =>
  withChild(run, id, { ...child(run, id), state });

export const withStates = (run: OrderRun, ids: readonly string[], state: ChildState): OrderRun => ({
  ...run,
  children: { ...run.children, ...Object.fromEntries(ids.map((id) => [id, { ...child(run, id), state }])) },
});

/** Those of the plan, and those that take some of them back. */
export const serviceOrdersOf = ({ plan, compensations }: OrderRun): readonly CompactServiceOrder[] =>
  compensations.length === 0 ? plan.serviceOrders : [...plan.serviceOrders, ...compensations];

export const inState = (run: OrderRun, ...states: readonly ChildState[]): string[] =>
  Object.keys(run.children).filter((id) => states.includes(child(run, id).state));

const over: readonly ChildState[] = ['done', 'skipped', 'undone', 'notStarted', 'compensated'];
const gone: readonly ChildState[] = ['undone', 'notStarted', 'compensated'];
const built: readonly ChildState[] = ['ready', 'releasing', 'done', 'skipped'];

/** Nothing more will happen to it, unless it is doomed and done. */
export const isOver = (run: OrderRun, id: string): boolean => over.includes(child(run, id).state);
/** Nothing of it stands, or ever will. */
export const isGone = (run: OrderRun, id: string): boolean => gone.includes(child(run, id).state);
export const isBuilt = (run: OrderRun, id: string): boolean => built.includes(child(run, id).state);
/** It took no effect, or none that is left. */
export const isNowhere = (run: OrderRun, id: string): boolean =>
  isGone(run, id) || child(run, id).state === 'skipped';

/** What a service order is about, whether or not it is held or stopped at the moment. */
export const aboutOf = ({ state, was = 'running' }: Child): ChildState =>
  state === 'held' || state === 'stopping' ? was : state;
