import { costsAttempt, namedBy, policyFields } from '../serviceOrder/recovery.ts';
import type { Fault } from './checkCharacteristics.ts';
import { durationMs } from './durations.ts';
import { readsOfText } from './expressions.ts';
import { limits } from './limits.ts';
import { entryIn, type RecoveryRow, type ServiceSpecification, type StepSpecification } from './model.ts';

type Steps = ServiceSpecification['steps'];

/** What a specification says about trouble: rows that can decide, and steps it can really do without. */
export function recoveryFaults({ steps, recovery = [] }: ServiceSpecification): readonly Fault[] {
  if (recovery.length > limits.recoveryRows) {
    return [{ code: 'tooMany', path: 'recovery', message: `at most ${limits.recoveryRows} rows` }];
  }
  return [
    ...recovery.flatMap((row, index) => [
      ...placeFaults(`recovery.${index}`, row, steps),
      ...meaningFaults(`recovery.${index}`, row, steps),
    ]),
    ...ambiguities(recovery, steps),
    ...Object.entries(steps).flatMap(([name, { values, reports }]) => [
      ...reportFaults(`steps.${name}.reports.poll`, reports),
      ...Object.entries(values).flatMap(([value, text]) =>
        optionalReads(`steps.${name}.values.${value}`, text, steps),
      ),
    ]),
  ];
}

function reportFaults(path: string, reports: StepSpecification['reports']): readonly Fault[] {
  if (reports === undefined) return [];
  const polls = durationMs(reports.within) / durationMs(reports.poll);
  const fault = (message: string) => [{ code: 'limitInvalid', path, message }];
  if (polls < 1) return fault(`${reports.poll} is longer than ${reports.within}: nobody would ever ask`);
  const often = `a system is asked at most ${limits.reportPolls} times within ${reports.within}`;
  return polls > limits.reportPolls ? fault(often) : [];
}

function placeFaults(path: string, { system, step }: RecoveryRow, steps: Steps): readonly Fault[] {
  if (step !== undefined && entryIn(steps, step) === undefined) {
    return [{ code: 'unknownReference', path: `${path}.step`, message: `there is no step ${step}` }];
  }
  if (system === undefined || stepsMeantBy({ system, step }, steps).length > 0) return [];
  const message = step === undefined ? `no step uses ${system}` : `step ${step} does not use ${system}`;
  return [{ code: 'systemUnused', path: `${path}.system`, message }];
}

function meaningFaults(path: string, row: RecoveryRow, steps: Steps): readonly Fault[] {
  const { class: errorClass, retry, then } = row;
  const faults: Fault[] = [];
  if (errorClass !== undefined && !costsAttempt(errorClass)) {
    const message = `${errorClass} is waited for as long as it takes; no policy can change that`;
    faults.push({ code: 'classWithoutPolicy', path: `${path}.class`, message });
  }
  if (retry !== undefined && durationMs(retry.upTo) < durationMs(retry.from)) {
    const message = `${retry.upTo} is shorter than ${retry.from}`;
    faults.push({ code: 'limitInvalid', path: `${path}.retry.upTo`, message });
  }
  const needed = stepsMeantBy(row, steps).filter((name) => entryIn(steps, name)?.optional !== true);
  if (then === 'skip' && needed.length > 0) {
    const message = `only an optional step can be skipped; not optional: ${needed.join(', ')}`;
    faults.push({ code: 'notOptional', path: `${path}.then`, message });
  }
  return faults;
}

/** The later of two rows that name equally much of one trouble, which neither of them could decide. */
function ambiguities(rows: readonly RecoveryRow[], steps: Steps): readonly Fault[] {
  return rows.flatMap((row, index): readonly Fault[] => {
    const other = rows.slice(0, index).findIndex((before) => rivals(before, row, steps));
    if (other === -1) return [];
    const message = `recovery.${other} may match the same trouble and names as much; name more in one of them`;
    return [{ code: 'policyAmbiguous', path: `recovery.${index}`, message }];
  });
}

function rivals(one: RecoveryRow, other: RecoveryRow, steps: Steps): boolean {
  if (namedBy(one) !== namedBy(other)) return false;
  const contradicts = policyFields.some(
    (field) => one[field] !== undefined && other[field] !== undefined && one[field] !== other[field],
  );
  return !contradicts && stepsMeantBy({ ...other, ...one }, steps).length > 0;
}

const stepsMeantBy = (
  { system, step }: { readonly system?: string | undefined; readonly step?: string | undefined },
  steps: Steps,
): readonly string[] =>
  Object.entries(steps)
    .filter(
      ([name, specification]) =>
        name === (step ?? name) && specification.system === (system ?? specification.system),
    )
    .map(([name]) => name);

function optionalReads(path: string, text: string, steps: Steps): readonly Fault[] {
  return readsOfText(text).flatMap((read): readonly Fault[] => {
    const [root, step = ''] = read.split('.');
    if (root !== 'steps' || entryIn(steps, step)?.optional !== true) return [];
    const message = `step ${step} is optional: without it, ${read} has no value`;
    return [{ code: 'mayBeSkipped', path, message }];
  });
}
