import type { Inventory, Service } from '../inventory/inventory.ts';
import { must } from '../kernel/assert.ts';
import { sameJson } from '../kernel/json.ts';
import type { PlannedStep, ServiceAction } from './plan.ts';
import { forecastOfUntouched, type ResultForecast, stepsOfModify, type SteppedService } from './steps.ts';

export interface Modification {
  readonly bindings: Service['bindings'];
  readonly steps: readonly PlannedStep[];
  readonly existing: Service;
  /** No result changes for certain: if no step turns out to be needed, there is nothing to do at all. */
  readonly skippable: boolean;
  /** Nothing changes at all: the service stays as it is. */
  readonly isIdle: boolean;
}

/**
 * The modified services and, through them, every dependant that reads what may change, each after what it
 * relies on. `dependantOf` makes the draft of one that nobody ordered to change.
 */
export function modificationsOf<Draft extends SteppedService>(
  drafts: readonly (Draft & { readonly action: ServiceAction })[],
  inventory: Inventory,
  dependantOf: (service: Service, cause: Draft) => Draft,
): (Draft & Modification)[] {
  const explicit = new Map<string, Draft>(
    drafts.filter(({ action }) => action === 'modify').map((draft) => [draft.id, draft]),
  );
  const leaving = new Set(drafts.filter(({ action }) => action === 'delete').map(({ id }) => id));
  const forecasts: Record<string, ResultForecast> = {};
  const causes = new Map<string, Draft>();
  const modified: (Draft & Modification)[] = [];
  for (const service of foundationsFirst(inventory)) {
    if (leaving.has(service.id) || service.state === 'terminated') continue;
    const cause = causeOf(service, causes);
    const draft = explicit.get(service.id) ?? (cause && dependantOf(service, cause));
    if (draft === undefined) {
      forecasts[service.id] = forecastOfUntouched(service);
      continue;
    }
    const { steps, forecast } = stepsOfModify(draft, service, forecasts, !explicit.has(service.id));
    forecasts[service.id] = forecast;
    if (forecast.differing.length + forecast.uncertain.length > 0) causes.set(service.id, draft);
    const skippable = forecast.differing.length === 0 && !forecast.passesOn;
    const changesNothing = skippable && sameJson(draft.characteristics, service.characteristics);
    const isIdle = steps.length === 0 && changesNothing;
    modified.push({ ...draft, bindings: service.bindings, existing: service, steps, skippable, isIdle });
  }
  return modified;
}

/** What this order changes below a service that it does not name. */
function causeOf<Draft>(service: Service, causes: ReadonlyMap<string, Draft>): Draft | undefined {
  if (service.state !== 'active') return undefined;
  const [first] = Object.values(service.bindings)
    .sort()
    .filter((id) => causes.has(id));
  return first === undefined ? undefined : causes.get(first);
}

function foundationsFirst({ services }: Inventory): Service[] {
  const ordered: Service[] = [];
  const visited = new Set<string>();
  const visit = (service: Service): void => {
    if (visited.has(service.id)) return;
    visited.add(service.id);
    for (const id of Object.values(service.bindings).sort()) {
      const foundation = services[id];
      if (foundation) visit(foundation);
    }
    ordered.push(service);
  };
  for (const id of Object.keys(services).sort()) visit(must(services[id], id));
  return ordered;
}
