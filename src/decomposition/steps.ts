import { type Overriding, overriding } from '../activation/overriding.ts';
import { typesOf } from '../catalog/characteristics.ts';
import { durationMs } from '../catalog/durations.ts';
import { evaluateObject, evaluateText, readsOfText } from '../catalog/expressions.ts';
import {
  type Bindings,
  entryIn,
  type ServiceSpecification,
  type StepSpecification,
} from '../catalog/model.ts';
import { footprintName, standing, type Footprint, type Service } from '../inventory/inventory.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import { sameJson } from '../kernel/json.ts';
import type { ReportTimes } from '../serviceOrder/recovery.ts';
import type { PlannedStep } from './plan.ts';
import { failed, type ServiceDraft } from './services.ts';

/** A service as its steps are planned; `item` is where a refusal points. */
export interface SteppedService extends Pick<ServiceDraft, 'id' | 'specification' | 'characteristics'> {
  readonly item: { readonly id: string };
}

/** What a service's results will be once it is modified: known now, or known only when it is done. */
export interface ResultForecast {
  readonly known: JsonObject;
  /** Names of known results that will differ from what they are today. */
  readonly differing: readonly string[];
  readonly uncertain: readonly string[];
  /** An uncertain result takes over what another service gives: even without a step it may change. */
  readonly passesOn: boolean;
}

const objectOf = (draft: SteppedService, name: string, specification: StepSpecification): string => {
  const bindings = { service: { id: draft.id }, characteristics: draft.characteristics };
  const object = evaluateObject(specification.object, bindings, typesOf(draft.specification.characteristics));
  return object.ok
    ? object.value
    : failed(draft.item, `${draft.specification.id}.steps.${name}.object`, object.message);
};

const applied = (name: string, specification: StepSpecification, object: string): PlannedStep => ({
  name,
  system: specification.system,
  verb: 'apply',
  object,
  values: specification.values,
  results: specification.results,
  verify: specification.verify,
  builtAfter: specification.after,
  after: specification.after,
  ...(specification.optional && { optional: true }),
  ...(specification.pointOfNoReturn && { pointOfNoReturn: true }),
  ...(specification.reports && { reports: timesOf(specification.reports) }),
});

export const withReports = (reports: ReportTimes | null | undefined): Pick<PlannedStep, 'reports'> =>
  reports ? { reports } : {};

const timesOf = ({ within, poll }: NonNullable<StepSpecification['reports']>): ReportTimes => ({
  withinMs: durationMs(within),
  pollMs: durationMs(poll),
});

export const stepsOfAdd = (draft: SteppedService): PlannedStep[] =>
  inOrder(draft.specification).map(([name, step]) => applied(name, step, objectOf(draft, name, step)));

/** A step whose system may report later: its removal may take as long. */
export type ReportingStep = Pick<PlannedStep, 'name' | 'system'> & { readonly reports?: ReportTimes | null };

export const reportingSteps = ({ steps }: Pick<ServiceSpecification, 'steps'>): ReportingStep[] =>
  Object.entries(steps).map(([name, { system, reports }]) => ({
    name,
    system,
    ...(reports && { reports: timesOf(reports) }),
  }));

/** From the footprint alone, last built first: today's catalogue has no say in what stands. */
export const stepsOfDelete = (
  service: Pick<Service, 'footprint'>,
  reporting: readonly ReportingStep[],
): PlannedStep[] => revocations(standing(service), new Set(), reporting);

function revocations(
  footprints: readonly Footprint[],
  taken: ReadonlySet<string>,
  reporting: readonly ReportingStep[],
): PlannedStep[] {
  const reportsOf = ({ step, system }: Footprint) =>
    reporting.find((known) => known.name === step && known.system === system)?.reports;
  const names = new Map<Footprint, string>();
  const used = new Set(taken);
  for (const footprint of footprints) {
    let name = used.has(footprint.step) ? `${footprint.step}.gone` : footprint.step;
    for (let number = 2; used.has(name); number++) name = `${footprint.step}.gone${number}`;
    used.add(name);
    names.set(footprint, name);
  }
  return [...footprints].reverse().map((footprint) => ({
    ...withReports(reportsOf(footprint)),
    name: names.get(footprint) ?? footprint.step,
    system: footprint.system,
    verb: 'revoke',
    object: footprint.object,
    values: {},
    results: {},
    verify: 'always',
    builtAfter: [],
    after: footprints.flatMap((other) =>
      other.builtAfter.includes(footprintName(footprint)) ? [names.get(other) ?? other.step] : [],
    ),
  }));
}

/** What is known and what is still open while a modify is compared with the footprint. */
interface Outlook {
  readonly bindings: Bindings;
  readonly types: Readonly<Record<string, string>>;
  readonly uncertain: ReadonlySet<string>;
  /** Names this order changes or may change: all that matters to a dependant. */
  readonly affected: ReadonlySet<string>;
}

export interface ModifiedSteps {
  readonly steps: readonly PlannedStep[];
  readonly forecast: ResultForecast;
}

/**
 * Compares what stands with what is wanted now: missing or other values → apply; unknown until others are done
 * → apply if a name it reads changes; gone or renamed → revoke; known equal → not in the plan.
 * Of a dependant only what stands and reads what this order changes is compared: nobody ordered the rest.
 */
export function stepsOfModify(
  draft: SteppedService,
  service: Service,
  upstream: Readonly<Record<string, ResultForecast>>,
  dependant: boolean,
): ModifiedSteps {
  const live = standing(service);
  const specified = inOrder(draft.specification);
  let outlook = firstOutlook(draft, service, live, upstream);
  const steps: PlannedStep[] = [];
  for (const [name, specification] of specified) {
    const object = objectOf(draft, name, specification);
    const wanted = overriding(specification.values, entryIn(service.overrides, name) ?? {});
    const footprint = live.find(
      (candidate) =>
        candidate.step === name && candidate.object === object && candidate.system === specification.system,
    );
    if (dependant && (footprint === undefined || !readsAffected(wanted, outlook))) continue;
    const planned = {
      ...applied(name, specification, object),
      ...needOf(wanted, footprint, outlook),
    };
    if (planned.need === 'none') continue;
    const { need, ...step } = planned;
    steps.push(step);
    outlook = withUncertain(outlook, name, specification);
  }
  const kept = new Set(
    specified.map(
      ([name, specification]) => `${specification.system} ${objectOf(draft, name, specification)}`,
    ),
  );
  const leaving = dependant ? [] : live.filter((footprint) => !kept.has(footprintName(footprint)));
  const taken = new Set(specified.map(([name]) => name));
  const revoked = revocations(leaving, taken, reportingSteps(draft.specification));
  return {
    steps: [...contracted(steps, draft.specification), ...revoked],
    forecast: forecastOf(draft, service, outlook),
  };
}

const readsAffected = ({ mapped }: Overriding, outlook: Outlook): boolean =>
  mapped.some(([, text]) => readsOfText(text).some((read) => outlook.affected.has(read)));

type Need =
  | { readonly need: 'none' }
  | { readonly need: 'always' }
  | { readonly need: 'maybe'; readonly ifChanged: readonly string[] };

function needOf(
  { overridden, mapped }: Overriding,
  footprint: Footprint | undefined,
  outlook: Outlook,
): Need {
  if (footprint === undefined || footprint.presence === 'doubtful') return { need: 'always' };
  const differs = Object.entries(overridden).some(
    ([name, value]) => !sameJson(value, footprint.values[name]),
  );
  if (differs) return { need: 'always' };
  const open = new Set<string>();
  for (const [name, text] of mapped) {
    const unknown = readsOfText(text).filter((read) => outlook.uncertain.has(read));
    for (const read of unknown) open.add(read);
    if (unknown.length > 0) continue;
    const value = evaluateText(text, outlook.bindings, outlook.types);
    if (!value.ok || !sameJson(value.value, footprint.values[name])) return { need: 'always' };
  }
  const wanted = new Set([...Object.keys(overridden), ...mapped.map(([name]) => name)]);
  const dropped = Object.keys(footprint.values).some((name) => !wanted.has(name));
  if (dropped) return { need: 'always' };
  return open.size === 0 ? { need: 'none' } : { need: 'maybe', ifChanged: [...open].sort() };
}

function firstOutlook(
  draft: SteppedService,
  service: Service,
  live: readonly Footprint[],
  upstream: Readonly<Record<string, ResultForecast>>,
): Outlook {
  const reliesOn: Record<string, JsonObject> = {};
  const uncertain = new Set<string>();
  const affected = new Set<string>();
  for (const [alias, id] of Object.entries(service.bindings)) {
    const forecast = upstream[id];
    reliesOn[alias] = forecast?.known ?? {};
    for (const name of forecast?.uncertain ?? []) uncertain.add(`reliesOn.${alias}.${name}`);
    for (const name of forecast?.differing ?? []) affected.add(`reliesOn.${alias}.${name}`);
  }
  return {
    bindings: {
      service: { id: draft.id },
      characteristics: draft.characteristics,
      steps: Object.fromEntries(live.map(({ step, results }) => [step, results])),
      reliesOn,
    },
    types: typesOf(draft.specification.characteristics),
    uncertain,
    affected: new Set([...affected, ...uncertain]),
  };
}

/** A step that is applied again may choose its results anew. */
function withUncertain(outlook: Outlook, step: string, specification: StepSpecification): Outlook {
  const names = Object.keys(specification.results).map((name) => `steps.${step}.${name}`);
  return {
    ...outlook,
    uncertain: new Set([...outlook.uncertain, ...names]),
    affected: new Set([...outlook.affected, ...names]),
  };
}

/** What a service that this order leaves as it is gives to others. */
export const forecastOfUntouched = (service: Service): ResultForecast => ({
  known: service.results,
  differing: [],
  uncertain: [],
  passesOn: false,
});

function forecastOf(draft: SteppedService, service: Service, outlook: Outlook): ResultForecast {
  const known: Record<string, Json> = {};
  const uncertain: string[] = [];
  let passesOn = false;
  for (const [name, text] of Object.entries(draft.specification.results)) {
    const value = evaluateText(text, outlook.bindings, outlook.types);
    const open = readsOfText(text).filter((read) => outlook.uncertain.has(read));
    passesOn ||= open.some((read) => read.startsWith('reliesOn.'));
    if (open.length > 0 || !value.ok) uncertain.push(name);
    else known[name] = value.value;
  }
  const differing = Object.keys(known).filter((name) => !sameJson(known[name], service.results[name]));
  return { known, differing, uncertain, passesOn };
}

/** Edges between the steps that are left, through those that are not. */
function contracted(steps: readonly PlannedStep[], specification: ServiceSpecification): PlannedStep[] {
  const planned = new Set(steps.map(({ name }) => name));
  const reach = (names: readonly string[]): string[] =>
    names.flatMap((name) => (planned.has(name) ? [name] : reach(specification.steps[name]?.after ?? [])));
  return steps.map((step) => ({ ...step, after: [...new Set(reach(step.after))].sort() }));
}

/** The steps so that each comes after those it needs; among equals by name. */
function inOrder(specification: ServiceSpecification): [string, StepSpecification][] {
  const left = new Map(Object.entries(specification.steps).sort(([one], [other]) => (one < other ? -1 : 1)));
  const ordered: [string, StepSpecification][] = [];
  while (left.size > 0) {
    const next = [...left].find(([, { after }]) => after.every((name) => !left.has(name)));
    if (next === undefined) throw new Error(`the steps of ${specification.id} wait for each other`);
    left.delete(next[0]);
    ordered.push(next);
  }
  return ordered;
}
