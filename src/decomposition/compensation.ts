import { type Footprint, footprintName } from '../inventory/inventory.ts';
import type { ReportTimes } from '../serviceOrder/recovery.ts';
import type { PlannedStep, ServiceAction } from './plan.ts';
import { stepsOfDelete, withReports } from './steps.ts';

/** A step that is done, with the footprint it found. */
export interface DoneStep
  extends Omit<PlannedStep, 'fixed' | 'ifChanged' | 'optional' | 'pointOfNoReturn' | 'reports'> {
  readonly before: Footprint | null;
  readonly reports?: ReportTimes | null;
}

/**
 * The steps that take back a completed service order: of an add all that stands goes; of a modify every object
 * it touched gets its old values and results back, or goes if it was not there. What was built last comes first;
 * systems that report later have as long as they had on the way there.
 */
export function restoring(
  action: ServiceAction,
  standing: readonly Footprint[],
  done: readonly DoneStep[],
): readonly PlannedStep[] {
  if (action === 'add') return stepsOfDelete({ footprint: standing }, done);
  const touched = done.filter(({ verb }) => verb === 'apply');
  return [...touched].reverse().map((step): PlannedStep => {
    const { name, system, object, results, verify, before, reports } = step;
    const way = before
      ? ({ verb: 'apply', results, fixed: { values: before.values, results: before.results } } as const)
      : ({ verb: 'revoke', results: {} } as const);
    const after = touched
      .filter(
        (other) =>
          other.after.includes(name) ||
          standing.some(
            (print) =>
              print.system === other.system &&
              print.object === other.object &&
              print.builtAfter.includes(footprintName(step)),
          ),
      )
      .map((other) => other.name);
    return {
      name,
      system,
      object,
      verify,
      values: {},
      builtAfter: [],
      after,
      ...way,
      ...withReports(reports),
    };
  });
}
