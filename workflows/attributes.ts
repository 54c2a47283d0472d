import { upsertSearchAttributes } from '@temporalio/workflow';
import type { ServiceOrderRun } from '../src/serviceOrder/run.ts';
import { searchAttributes } from './messages.ts';

interface Troubles {
  readonly falloutClass: readonly string[];
  readonly waitsFor: readonly string[];
  readonly retrying: readonly string[];
}

const none: Troubles = { falloutClass: [], waitsFor: [], retrying: [] };

/** What a service order waits for, in words that can be searched for. */
export function troublesOf({ plan, steps }: ServiceOrderRun): Troubles {
  const systems = (waits: (step: string) => boolean) => [
    ...new Set(plan.filter(({ id }) => waits(id)).map(({ system }) => system)),
  ];
  const held = Object.values(steps).filter(({ state }) => state === 'held');
  return {
    falloutClass: [...new Set(held.map(({ trouble }) => trouble?.class ?? 'unknown'))],
    waitsFor: systems((id) => {
      const step = steps[id];
      return step?.awaitsRetry === true || step?.state === 'accepted' || step?.report !== undefined;
    }),
    retrying: systems((id) => steps[id]?.awaitsRetry === true),
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
      { key: searchAttributes.retrying, value: [...now.retrying] },
    ]);
  };
}
