import type { Comparison, Condition, ListColumns, ListQuery } from '../drizzle/reads/list.ts';
import { isStorableText } from '../src/catalog/values.ts';
import { refuse } from './problem.ts';

/** Which column an attribute of the contract filters and sorts by, and how the contract's values read there. */
export interface Attribute {
  readonly column: string;
  readonly values?: (value: string) => readonly string[];
}
export type Attributes = Readonly<Record<string, Attribute>>;

export interface Filterable {
  readonly columns: ListColumns;
  readonly attributes: Attributes;
}

export interface PageLimits {
  readonly pageSizeDefault: number;
  readonly pageSizeMax: number;
}

export interface AskedList {
  readonly list: ListQuery;
  readonly fields: readonly string[] | undefined;
  /** Only who asks for pages is told by 206 that there is more. */
  readonly limited: boolean;
}

const conditionsMax = 20;
const valuesMax = 100;
const sortsMax = 5;
const comparisons = ['eq', 'gt', 'gte', 'lt', 'lte'] as const satisfies readonly Comparison[];

export function askedList(
  parameters: URLSearchParams,
  filterable: Filterable,
  limits: PageLimits,
): AskedList {
  const limit = wholeNumber(parameters, 'limit', 1);
  return {
    fields: askedFields(parameters),
    limited: limit !== undefined,
    list: {
      offset: wholeNumber(parameters, 'offset', 0) ?? 0,
      limit: Math.min(limit ?? limits.pageSizeDefault, limits.pageSizeMax),
      sort: askedSort(parameters, filterable),
      conditions: askedConditions(parameters, filterable),
    },
  };
}

/** The first-level attributes wanted; `none` wants no more than id and href. */
export function askedFields(parameters: URLSearchParams): readonly string[] | undefined {
  const given = single(parameters, 'fields');
  if (given === undefined) return undefined;
  const fields = given.split(',').map((field) => field.trim().split('.')[0] ?? '');
  return fields.filter((field) => field !== '' && field !== 'none');
}

/** One resource by its id takes `fields` and nothing else. */
export function askedFieldsOnly(parameters: URLSearchParams): readonly string[] | undefined {
  for (const name of parameters.keys()) if (name !== 'fields') unknownFilter(name, ['fields']);
  return askedFields(parameters);
}

/** A list that always comes whole, as it is, takes nothing. */
export function askedWhole(parameters: URLSearchParams): void {
  const [name] = parameters.keys();
  if (name !== undefined)
    refuse('ParameterInvalid', 'the list takes no parameters: it is always whole', { path: shown(name) });
}

function single(parameters: URLSearchParams, name: string): string | undefined {
  const given = parameters.getAll(name);
  if (given.length > 1) refuse('ParameterInvalid', 'is there more than once', { path: name });
  return given[0];
}

function wholeNumber(parameters: URLSearchParams, name: string, min: number): number | undefined {
  const given = single(parameters, name);
  if (given === undefined) return undefined;
  const value = /^\d{1,16}$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= min) return value;
  return refuse('ParameterInvalid', `must be a whole number from ${min}`, { path: name });
}

function askedSort(parameters: URLSearchParams, { attributes, columns }: Filterable): ListQuery['sort'] {
  const names = (single(parameters, 'sort') ?? '').split(',').filter((name) => name.trim() !== '');
  if (names.length > sortsMax)
    refuse('ParameterInvalid', `has at most ${sortsMax} attributes`, { path: 'sort' });
  return names.map((given) => {
    const [, sign, name] = /^\s*([-+]?)(.*?)\s*$/s.exec(given) ?? [];
    const attribute = own(attributes, name ?? '');
    if (attribute && columns[attribute.column]?.kind !== 'matching') {
      return { column: attribute.column, descending: sign === '-' };
    }
    const sortable = Object.keys(attributes).filter(
      (known) => columns[attributes[known]?.column ?? '']?.kind !== 'matching',
    );
    return refuse('SortUnknown', `there are: ${sortable.join(', ')}`, { path: shown(name ?? '') });
  });
}

const reserved = new Set(['fields', 'offset', 'limit', 'sort']);

/** `state=held,failed` and `state=held&state=failed` are the same: any of the values. */
function askedConditions(parameters: URLSearchParams, filterable: Filterable): readonly Condition[] {
  const conditions = new Map<string, Condition>();
  for (const [name, given] of parameters) {
    if (reserved.has(name)) continue;
    const condition = conditionOf(name, given, filterable);
    const key = `${condition.column} ${condition.comparison}`;
    const values = [...(conditions.get(key)?.values ?? []), ...condition.values];
    if (values.length > valuesMax)
      refuse('FilterInvalid', `has at most ${valuesMax} values`, { path: shown(name) });
    conditions.set(key, { ...condition, values });
  }
  if (conditions.size > conditionsMax)
    refuse('ParameterInvalid', `there are at most ${conditionsMax} filters`);
  return [...conditions.values()];
}

function conditionOf(name: string, given: string, { attributes, columns }: Filterable): Condition {
  const { attributeName, comparison } = comparisonOf(name, attributes);
  const attribute = own(attributes, attributeName) ?? unknownFilter(name, Object.keys(attributes));
  const { kind, known } = columns[attribute.column] ?? {};
  if (kind === 'matching' && comparison !== 'eq') {
    refuse('FilterInvalid', 'can only be compared for equality', { path: shown(name) });
  }
  const values = valuesOf(given).map((value) => {
    if (!isStorableText(value)) refuse('FilterInvalid', 'is not well-formed text', { path: shown(name) });
    if (comparison === 'eq' && known && !known.includes(value))
      refuse('FilterInvalid', `there are: ${known.join(', ')}`, { path: shown(name) });
    return kind === 'instant' ? instantOf(name, value) : value;
  });
  if (values.length === 0) refuse('FilterInvalid', 'has no value', { path: shown(name) });
  const read = attribute.values;
  return { column: attribute.column, comparison, values: read ? values.flatMap(read) : values };
}

/** `orderDate.gt` compares; a name of the contract may hold dots itself. */
function comparisonOf(name: string, attributes: Attributes) {
  const dot = name.lastIndexOf('.');
  const comparison = comparisons.find((known) => known === name.slice(dot + 1));
  if (comparison === undefined || own(attributes, name))
    return { attributeName: name, comparison: 'eq' } as const;
  return { attributeName: name.slice(0, dot), comparison };
}

/** Parted by commas; quotes around a value keep its commas and are no part of it. */
const valuesOf = (given: string): string[] =>
  [...given.matchAll(/"([^"]*)"|([^,]+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

/** A plus sign that nobody encoded arrives as a blank. */
function instantOf(name: string, value: string): string {
  const text = value.replace(/ (\d\d:\d\d)$/, '+$1');
  const isKnown = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const time = isKnown && isDay(text.slice(0, 10)) ? new Date(text).getTime() : Number.NaN;
  if (!Number.isNaN(time) && time >= firstInstant && time <= lastInstant) return new Date(time).toISOString();
  return refuse('FilterInvalid', 'must be a date, or a date and time with its offset', { path: shown(name) });
}

/** `Date` reads the 30th of February as the 2nd of March. */
const isDay = (day: string): boolean => {
  const read = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(day);
};

const firstInstant = Date.UTC(1000, 0);
const lastInstant = Date.UTC(9999, 0);

function unknownFilter(name: string, known: readonly string[]): never {
  return refuse('FilterUnknown', `there are: ${known.join(', ')}`, { path: shown(name) });
}

const shown = (name: string): string => name.slice(0, 100);

const own = (attributes: Attributes, name: string): Attribute | undefined =>
  Object.hasOwn(attributes, name) ? attributes[name] : undefined;
