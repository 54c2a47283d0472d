import { type Fault, characteristicFaults, offeredFaults } from './checkCharacteristics.ts';
import { typesOf } from './characteristics.ts';
import { unsetOf } from './checkServices.ts';
import { type AnswerType, compile, type ExpressionContext } from './expressions.ts';
import { limits } from './limits.ts';
import {
  type Catalog,
  type CharacteristicType,
  entryIn,
  type ProductOffering,
  type ProductSpecification,
  type ServiceSpecification,
  type ServiceUse,
} from './model.ts';

export function productFaults(specification: ProductSpecification, catalog: Catalog): readonly Fault[] {
  const { services, characteristics } = specification;
  if (services.length > limits.servicesPerProduct) {
    return [{ code: 'tooMany', path: 'services', message: `at most ${limits.servicesPerProduct} services` }];
  }
  const types = typesOf(characteristics);
  const ofWhen: ExpressionContext = {
    characteristics: types,
    mayBeUnset: unsetOf(characteristics),
    answer: 'bool',
  };
  const ofMap: ExpressionContext = { characteristics: types, answer: 'json' };
  return [
    ...characteristicFaults(characteristics),
    ...services.flatMap((use, index) => {
      const path = `services.${index}`;
      const twice = services.findIndex((other) => other.specification === use.specification) < index;
      const again = { code: 'serviceRepeated', path, message: `${use.specification} is already named above` };
      return [
        ...(twice ? [again] : []),
        ...whenFaults(`${path}.when`, use.when, ofWhen),
        ...mapFaults(path, use, entryIn(catalog.serviceSpecifications, use.specification), ofMap),
      ];
    }),
  ];
}

function whenFaults(path: string, text: string, context: ExpressionContext): readonly Fault[] {
  const compiled = compile(text, context);
  return compiled.ok ? [] : [{ code: compiled.code, path, message: compiled.message }];
}

/** A mapping may read what has no value: then the service is told nothing, and its own default holds. */
function mapFaults(
  path: string,
  use: ServiceUse,
  service: ServiceSpecification | undefined,
  context: ExpressionContext,
): readonly Fault[] {
  if (service === undefined) {
    const message = `there is no service specification ${use.specification}`;
    return [{ code: 'unknownReference', path: `${path}.specification`, message }];
  }
  const missing = Object.entries(service.characteristics)
    .filter(
      ([name, { required, default: value }]) =>
        required && value === undefined && entryIn(use.map, name) === undefined,
    )
    .map(([name]) => ({ code: 'notMapped', path: `${path}.map`, message: `${service.id} requires ${name}` }));
  const faults = Object.entries(use.map).flatMap(([name, text]): readonly Fault[] => {
    const at = `${path}.map.${name}`;
    const wanted = entryIn(service.characteristics, name);
    if (wanted === undefined) {
      return [{ code: 'unknownName', path: at, message: `${service.id} has no characteristic ${name}` }];
    }
    const compiled = compile(text, context);
    if (!compiled.ok) return [{ code: compiled.code, path: at, message: compiled.message }];
    const { type } = compiled.program;
    if (fits[wanted.type].includes(type)) return [];
    return [{ code: 'mistyped', path: at, message: `${name} is of type ${wanted.type}, not ${type}` }];
  });
  return [...missing, ...faults];
}

const fits: Readonly<Record<CharacteristicType, readonly AnswerType[]>> = {
  integer: ['int', 'dyn'],
  number: ['int', 'double', 'dyn'],
  string: ['string', 'dyn'],
  boolean: ['bool', 'dyn'],
};

export function offeringFaults(offering: ProductOffering, catalog: Catalog): readonly Fault[] {
  const specification = entryIn(catalog.productSpecifications, offering.specification);
  const bundles = offering.bundles.flatMap(({ offering: part }, index): readonly Fault[] => {
    if (entryIn(catalog.productOfferings, part) !== undefined) return [];
    const message = `there is no product offering ${part}`;
    return [{ code: 'unknownReference', path: `bundles.${index}.offering`, message }];
  });
  if (specification === undefined) {
    const message = `there is no product specification ${offering.specification}`;
    return [{ code: 'unknownReference', path: 'specification', message }, ...bundles];
  }
  return [...offeredFaults(offering, specification.characteristics), ...bundles];
}
