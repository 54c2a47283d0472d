import type { CancelTask } from '../../drizzle/cancelStore.ts';
import { cancelTaskColumns, listCancelTasks } from '../../drizzle/reads/cancelTasks.ts';
import type { Readable } from '../resource.ts';
import type { CancelContract } from './contract.ts';
import { cancelToTmf } from './toTmf.ts';

export const cancelTasks = (contract: CancelContract): Readable<CancelTask> => ({
  name: contract.name,
  list: listCancelTasks(contract.kind),
  toTmf: cancelToTmf(contract),
  columns: cancelTaskColumns,
  attributes: {
    id: { column: 'id' },
    state: { column: 'state', values: statesFromTmf(contract) },
    [`${contract.kind}.id`]: { column: 'target' },
    requestedCancellationDate: { column: 'requestedAt' },
    effectiveCancellationDate: { column: 'effectiveAt' },
  },
});

/** Our states that the contract's name stands for. */
const statesFromTmf =
  ({ stateToTmf }: CancelContract) =>
  (name: string): string[] =>
    Object.entries(stateToTmf).flatMap(([state, tmf]) => (tmf === name ? [state] : []));
