import type { CompactStep, ServiceAction } from '../src/decomposition/plan.ts';
import { stepCommands } from '../src/operator/commands.ts';
import type { RecoveryPolicy } from '../src/serviceOrder/recovery.ts';
import type { Need, Outcome, ServiceOrderRun } from '../src/serviceOrder/run.ts';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** Names that workflows, activities, API and relay must agree on. Nothing here may hold personal data. */

export const orderQueue = 'productOrder';
export const domainQueue = (domain: string): string => `domain:${domain}`;
/** For the steps of a system with limits. */
export const systemQueue = (system: string): string => `system:${system}`;

export interface OrderIdentity {
  readonly tenant: string;
  readonly orderId: string;
}

export const productOrderId = ({ tenant, orderId }: OrderIdentity): string =>
  `productOrder:${tenant}:${orderId}`;
export const serviceOrderId = (tenant: string, serviceOrder: string): string =>
  `serviceOrder:${tenant}:${serviceOrder}`;

export interface ServiceOrderIdentity {
  readonly tenant: string;
  readonly serviceOrder: string;
}

/** What the child of one service order needs; everything else it reads from Postgres by id. */
export interface ServiceOrderInput extends ServiceOrderIdentity {
  readonly title: string;
  /** Absent where the service order runs on its own: it tells nobody, and waits for nobody's release. */
  readonly parent?: string;
  readonly action: ServiceAction;
  readonly domain: string;
  readonly steps?: readonly CompactStep[];
  readonly changed: readonly string[];
  readonly policy: RecoveryPolicy;
  /** It takes back another, and is not taken back itself. */
  readonly compensating: boolean;
  /** An earlier run of it is gone: it goes on from its rows. */
  readonly again?: true;
  /** Its history had grown too long: it goes on as it was. */
  readonly carried?: ServiceOrderRun;
  readonly callTimeoutMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly historyEventsMax: number;
}

export interface ServiceOrderResult {
  readonly outcome: Outcome;
  /** Why it did not complete. */
  readonly code: string | null;
  readonly changed: readonly string[];
}

export const signals = {
  /** Child to parent. */
  held: 'serviceOrderHeld',
  needs: 'serviceOrderNeeds',
  resumed: 'serviceOrderResumed',
  ready: 'serviceOrderReady',
  failing: 'serviceOrderFailing',
  stands: 'serviceOrderStands',
  answer: 'serviceOrderAnswer',
  /** Parent to child: take away what is no longer wanted; take back what you did. */
  release: 'release',
  stop: 'stop',
  /** Parent to child: stand still and say whether you could go back; go on; nothing is sent until it is lifted. */
  ask: 'ask',
  goOn: 'goOn',
  hold: 'hold',
  unhold: 'unhold',
  /** To a child: the system of a step reported something. */
  called: 'called',
  /** Parent to child: say again where you are; the run that knew is gone. */
  report: 'report',
  /** To an order, from its client: its task is stored, and has the answer. */
  cancel: 'cancel',
} as const;

/** A person's commands: answered by yes or by a refusal. The rest of each is in the audit, under the id it carries. */
export const stepUpdates = stepCommands;
export const orderUpdates = { abort: 'abort', hold: 'hold', resume: 'resume', rejoin: 'rejoin' } as const;

export interface CommandMessage {
  readonly audit: string;
}

export interface StepCommandMessage extends CommandMessage {
  /** `<item ordinal>/<step>`. */
  readonly step: string;
}

export interface RejoinMessage extends CommandMessage {
  readonly serviceOrder: string;
}

export interface CancelMessage {
  readonly task: string;
}

export interface AnswerMessage {
  readonly serviceOrder: string;
  readonly stands: boolean;
}

/** Something of it moves, and this needs a person all the same. */
export interface NeedsMessage {
  readonly serviceOrder: string;
  readonly needs: readonly Need[];
}

/** Nothing of it moves without a person. */
export interface HeldMessage extends NeedsMessage {
  readonly code: string;
}

export interface ReadyMessage {
  readonly serviceOrder: string;
  readonly changed: readonly string[];
}

/** A hint, never a verdict: the child reads the system. */
export interface CalledMessage {
  /** `<item ordinal>/<step>`. */
  readonly step: string;
}

export interface ServiceOrderMessage {
  readonly serviceOrder: string;
}

export const searchAttributes = {
  tenant: defineSearchAttributeKey('DialtoneTenant', SearchAttributeType.KEYWORD),
  state: defineSearchAttributeKey('DialtoneState', SearchAttributeType.KEYWORD),
  externalId: defineSearchAttributeKey('DialtoneExternalId', SearchAttributeType.KEYWORD),
  actions: defineSearchAttributeKey('DialtoneActions', SearchAttributeType.KEYWORD_LIST),
  /** What needs a person, which systems are waited for, and whether something is tried again. */
  falloutClass: defineSearchAttributeKey('DialtoneFalloutClass', SearchAttributeType.KEYWORD_LIST),
  waitsFor: defineSearchAttributeKey('DialtoneWaitsFor', SearchAttributeType.KEYWORD_LIST),
  retrying: defineSearchAttributeKey('DialtoneRetrying', SearchAttributeType.BOOL),
  /** A person put it on hold: a product order, or a service order of its own. */
  onHold: defineSearchAttributeKey('DialtoneOnHold', SearchAttributeType.BOOL),
};

/** Search attributes are plain text of limited length: only an external id that looks like an id goes there. */
export const isSearchable = (externalId: string): boolean => /^[\w.:/-]{1,255}$/.test(externalId);
