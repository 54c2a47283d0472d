import type { CompactStep, ServiceAction } from '../src/decomposition/plan.ts';
import type { RecoveryPolicy } from '../src/serviceOrder/recovery.ts';
import type { Outcome } from '../src/serviceOrder/run.ts';
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
  readonly callTimeoutMs: number;
  readonly heartbeatTimeoutMs: number;
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
  resumed: 'serviceOrderResumed',
  ready: 'serviceOrderReady',
  stands: 'serviceOrderStands',
  /** Parent to child: take away what is no longer wanted; take back what you did. */
  release: 'release',
  stop: 'stop',
  /** To a child: the system of a step reported something. */
  called: 'called',
  /** Parent to child: say again where you are; the run that knew is gone. */
  report: 'report',
  /** To the parent, where nobody waits for the answer. */
  abort: 'abort',
  /** To the run of an order: somebody wishes that it is cancelled. */
  cancel: 'cancel',
} as const;

/** An operator's commands: answered by yes or by a refusal. */
export const updates = { retryNow: 'retryNow', abort: 'abort' } as const;

export interface HeldMessage {
  readonly serviceOrder: string;
  readonly code: string;
  readonly reason: string;
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

/** The task says who and why; its id is all that travels. */
export interface CancelMessage {
  readonly task: string;
}

export interface ServiceOrderMessage {
  readonly serviceOrder: string;
}

export const searchAttributes = {
  tenant: defineSearchAttributeKey('DialtoneTenant', SearchAttributeType.KEYWORD),
  state: defineSearchAttributeKey('DialtoneState', SearchAttributeType.KEYWORD),
  externalId: defineSearchAttributeKey('DialtoneExternalId', SearchAttributeType.KEYWORD),
  actions: defineSearchAttributeKey('DialtoneActions', SearchAttributeType.KEYWORD_LIST),
};

/** Search attributes are plain text of limited length: only an external id that looks like an id goes there. */
export const isSearchable = (externalId: string): boolean => /^[\w.:/-]{1,255}$/.test(externalId);
