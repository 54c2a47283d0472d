import { type Fault, characteristicFaults } from './checkCharacteristics.ts';
import { recoveryFaults } from './checkRecovery.ts';
import { typesOf } from './characteristics.ts';
import { findCycle, reachableFrom } from './cycles.ts';
import { compile, type ExpressionContext } from './expressions.ts';
import { limits } from './limits.ts';
import {
  type Catalog,
  type CharacteristicSpecifications,
  entryIn,
  type ServiceSpecification,
  type StepSpecification,
} from './model.ts';

export function serviceFaults(
  specification: ServiceSpecification,
  catalog: Catalog,
  systems: ReadonlySet<string>,
): readonly Fault[] {
  const steps = Object.entries(specification.steps);
  if (steps.length === 0)
    return [{ code: 'noSteps', path: 'steps', message: 'a service has at least one step' }];
  if (steps.length > limits.stepsPerService) {
    return [{ code: 'tooMany', path: 'steps', message: `at most ${limits.stepsPerService} steps` }];
  }
  return [
    ...characteristicFaults(specification.characteristics),
    ...relianceFaults(specification, catalog),
    ...orderFaults(specification.steps),
    ...steps.flatMap(([name, step]) => placeFaults(`steps.${name}`, step, systems)),
    ...sharedObjectFaults(specification.steps),
    ...expressionFaults(specification, catalog),
    ...recoveryFaults(specification),
  ];
}

function relianceFaults({ reliesOn }: ServiceSpecification, catalog: Catalog): readonly Fault[] {
  return Object.entries(reliesOn).flatMap(([alias, { specification }]): readonly Fault[] => {
    if (entryIn(catalog.serviceSpecifications, specification) !== undefined) return [];
    const message = `there is no service specification ${specification}`;
    return [{ code: 'unknownReference', path: `reliesOn.${alias}.specification`, message }];
  });
}

type Steps = ServiceSpecification['steps'];
const after = (steps: Steps) => (name: string) => entryIn(steps, name)?.after ?? [];

function orderFaults(steps: Steps): readonly Fault[] {
  const unknown = Object.entries(steps).flatMap(([name, step]) =>
    step.after
      .filter((before) => entryIn(steps, before) === undefined)
      .map((before) => ({
        code: 'unknownReference',
        path: `steps.${name}.after`,
        message: `there is no step ${before}`,
      })),
  );
  const cycle = findCycle(Object.keys(steps), after(steps));
  if (cycle === undefined) return unknown;
  const message = `the steps wait for each other: ${cycle.join(' after ')}`;
  return [...unknown, { code: 'cycle', path: `steps.${cycle[0]}.after`, message }];
}

function placeFaults(path: string, step: StepSpecification, systems: ReadonlySet<string>): readonly Fault[] {
  if (systems.has(step.system)) return [];
  const known = [...systems].sort().join(', ') || 'none';
  const message = `there is no system ${step.system}; there are: ${known}`;
  return [{ code: 'unknownSystem', path: `${path}.system`, message }];
}

/** A live object belongs to exactly one step, and one service's object must differ from another's. */
function sharedObjectFaults(steps: Steps): readonly Fault[] {
  const owners = new Map<string, string>();
  return Object.entries(steps).flatMap(([name, { system, object }]): readonly Fault[] => {
    const place = JSON.stringify([system, object.trim()]);
    const owner = owners.get(place);
    owners.set(place, owner ?? name);
    if (owner === undefined) return [];
    const message = `step ${owner} already writes this object of ${system}`;
    return [{ code: 'objectShared', path: `steps.${name}.object`, message }];
  });
}

function expressionFaults(specification: ServiceSpecification, catalog: Catalog): readonly Fault[] {
  const { steps } = specification;
  const own = {
    characteristics: typesOf(specification.characteristics),
    mayBeUnset: unsetOf(specification.characteristics),
  };
  const reliesOn = relianceResults(specification, catalog);
  const resultsOf = (names: Iterable<string>) =>
    Object.fromEntries([...names].map((name) => [name, Object.keys(entryIn(steps, name)?.results ?? {})]));

  const ofObject: ExpressionContext = { ...own, service: true, answer: 'string' };
  const ofStepResults: ExpressionContext = { observed: true, answer: 'json' };
  const ofResults: ExpressionContext = {
    ...own,
    reliesOn,
    steps: resultsOf(Object.keys(steps)),
    answer: 'json',
  };
  return [
    ...Object.entries(steps).flatMap(([name, step]) => {
      const earlier = resultsOf(reachableFrom(name, after(steps)));
      const ofValues: ExpressionContext = { ...own, service: true, reliesOn, steps: earlier, answer: 'json' };
      return [
        ...objectFaults(`steps.${name}.object`, step.object, ofObject),
        ...compileAll(`steps.${name}.values`, step.values, ofValues),
        ...compileAll(`steps.${name}.results`, step.results, ofStepResults),
      ];
    }),
    ...compileAll('results', specification.results, ofResults),
  ];
}

/** An object whose name never differs could be had by one service only. */
function objectFaults(path: string, text: string, context: ExpressionContext): readonly Fault[] {
  const compiled = compile(text, context);
  if (!compiled.ok) return [{ code: compiled.code, path, message: compiled.message }];
  if (compiled.program.reads.length > 0) return [];
  const message = 'the object must differ from service to service: read service.id or a characteristic';
  return [{ code: 'objectConstant', path, message }];
}

const relianceResults = ({ reliesOn }: ServiceSpecification, catalog: Catalog) =>
  Object.fromEntries(
    Object.entries(reliesOn).map(([alias, { specification }]) => [
      alias,
      Object.keys(entryIn(catalog.serviceSpecifications, specification)?.results ?? {}),
    ]),
  );

export const unsetOf = (specifications: CharacteristicSpecifications): ReadonlySet<string> =>
  new Set(
    Object.entries(specifications)
      .filter(([, { required, default: value }]) => !required && value === undefined)
      .map(([name]) => name),
  );

export const compileAll = (
  path: string,
  expressions: Readonly<Record<string, string>>,
  context: ExpressionContext,
): readonly Fault[] =>
  Object.entries(expressions).flatMap(([name, text]): readonly Fault[] => {
    const compiled = compile(text, context);
    return compiled.ok ? [] : [{ code: compiled.code, path: `${path}.${name}`, message: compiled.message }];
  });
