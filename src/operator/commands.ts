/** What a person may do about a step. */
export const stepCommands = [
  'retryNow',
  'editAndRetry',
  'completeWithEvidence',
  'skip',
  'leaveBehind',
] as const;
export type StepCommand = (typeof stepCommands)[number];

/** What a person may do about a product order, or about a service order of its own. */
export const orderCommands = ['hold', 'resume', 'abort', 'restart'] as const;
export type OrderCommandName = (typeof orderCommands)[number];

/** What a person may do about many at once: all that asks nothing about the single one. */
export const bulkCommands = ['retryNow', 'skip', 'leaveBehind', 'restart'] as const satisfies readonly (
  | StepCommand
  | OrderCommandName
)[];
export type BulkCommand = (typeof bulkCommands)[number];
