import { upsertSearchAttributes } from '@temporalio/workflow';
import { needsOf } from '../src/serviceOrder/needs.ts';
import { isOnHold, type Need, type ServiceOrderRun, type StepRun } from '../src/serviceOrder/run.ts';
import { searchAttributes } from './messages.ts';

/** Each once. */
export const classesOf = (needs: readonly Need[]): string[] => [
  ...new Set(needs.map(({ class: falloutClass }) => falloutClass)),
];

interface Troubles {
  readonly falloutClass: readonly string[];
  readonly waitsFor: readonly string[];
  readonly retrying: boolean;
}

const none: Troubles = { falloutClass: [], waitsFor: [], retrying: false };

/** What a service order waits for, in words that can be searched for. */
export function troublesOf(run: ServiceOrderRun): Troubles {
  const { plan, steps } = run;
  const isOnItsWay = ({ awaitsRetry }: StepRun) => awaitsRetry && !isOnHold(run);
  const systems = (waits: (step: string) => boolean) => [
    ...new Set(plan.filter(({ id }) => waits(id)).map(({ system }) => system)),
  ];
  return {
    falloutClass: classesOf(needsOf(run)),
    waitsFor: systems((id) => {
      const step = steps[id];
      if (step === undefined) return false;
      return isOnItsWay(step) || step.state === 'accepted' || step.report !== undefined;
    }),
    retrying: Object.values(steps).some(isOnItsWay),
  };
}

/** Indexed only when they change: an untroubled service order costs no event. */
export function showTroubles(): (run: ServiceOrderRun) => void {
  let shown = none;
  return (run) => {
    const now = troublesOf(run);
    if (JSON.stringify(now) === JSON.stringify(shown)) return;
    shown = now;
    upsertSearchAttributes([
      { key: searchAttributes.falloutClass, value: [...now.falloutClass] },
      { key: searchAttributes.waitsFor, value: [...now.waitsFor] },
      { key: searchAttributes.retrying, value: now.retrying },
    ]);
  };
}

/** Whether a person holds the order: indexed only when that changes. */
export function openHoldShow(): ShowHold {
  let shown = false;
  return (onHold) => {
    if (onHold === shown) return;
    shown = onHold;
    upsertSearchAttributes([{ key: searchAttributes.onHold, value: onHold }]);
  };
}

export type ShowHold = (onHold: boolean) => void;
