import { orderCommands, stepCommands } from './commands.ts';

/** Everything a person may command, and that leaves a row in the audit. */
export const auditedCommands = [
  ...stepCommands,
  ...orderCommands,
  'cancel',
  'claim',
  'release',
  'removeOverride',
  'bulk',
  'replay',
  'saveCatalogue',
  'saveSystem',
  'pause',
  'unpause',
  'setLimits',
] as const;
export type AuditedCommand = (typeof auditedCommands)[number];

export const auditedEntities = [
  'productOrder',
  'serviceOrder',
  'fallout',
  'service',
  'system',
  'callback',
  'catalogue',
  'bulkTask',
] as const;
export type AuditedEntity = (typeof auditedEntities)[number];

/** asked: sent, and nobody knows yet. */
export const auditOutcomes = ['asked', 'done', 'refused'] as const;

export const bulkEntryStates = ['waiting', 'done', 'refused'] as const;

/**
 * Names a client's command in the audit, and wherever it travels: a key is one command of one client. A client's name
 * holds no colon here, so that no two of them meet.
 */
export const commandIdOf = (client: string, key: string): string =>
  `${client.replace(/[%:]/g, encodeURIComponent)}:${key}`;

/** The client and subject of a command that came through the Temporal Web UI. */
export const webUi = 'temporalWebUi';

const webUiPrefix = `${webUi}:`;

/** The row of an abort that nobody sent through the API. */
export const webUiAudit = (order: string, run: string): string => `${webUiPrefix}${order}:${run}`;

export const isFromWebUi = (audit: string): boolean => audit.startsWith(webUiPrefix);
