import { and, eq, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

export type Comparison = 'eq' | 'gt' | 'gte' | 'lt' | 'lte';

/** True for a row when the comparison holds with any of the values. */
export interface Condition {
  readonly column: string;
  readonly comparison: Comparison;
  readonly values: readonly string[];
}

export interface ListQuery {
  readonly conditions: readonly Condition[];
  readonly sort: readonly { readonly column: string; readonly descending: boolean }[];
  readonly offset: number;
  readonly limit: number;
}

export interface Page<Entity> {
  readonly rows: readonly Entity[];
  /** How many there are without offset and limit. */
  readonly total: number;
}

/** `matching` is for what lies inside of JSON: it only knows equality, and no order. */
export type ListColumn = (
  | { readonly kind: 'text' | 'instant'; readonly expression: SQLWrapper }
  | { readonly kind: 'matching'; readonly matches: (value: string) => SQL }
) & {
  /** All values that there are: to ask for another one is a mistake. */
  readonly known?: readonly string[];
};
export type ListColumns = Readonly<Record<string, ListColumn>>;

export const text = (expression: SQLWrapper): ListColumn => ({ kind: 'text', expression });
export const instant = (expression: SQLWrapper): ListColumn => ({ kind: 'instant', expression });
/** Of one of a few values. */
export const choice = (expression: SQLWrapper, known: readonly string[]): ListColumn => ({
  kind: 'text',
  expression,
  known,
});
/** Each of a few values with the condition that it stands for. */
export const cases = (conditions: Readonly<Record<string, SQL>>): ListColumn => ({
  kind: 'matching',
  matches: (value) => conditions[value] ?? sql`false`,
  known: Object.keys(conditions),
});
export const matching = (matches: (value: string) => SQL): ListColumn => ({ kind: 'matching', matches });
export const contains = (column: PgColumn, pattern: (value: string) => unknown): ListColumn =>
  matching((value) => sql`${column} @> ${JSON.stringify(pattern(value))}::jsonb`);

export interface Clauses {
  readonly where: SQL | undefined;
  readonly orderBy: SQL[];
}

interface Keys {
  readonly tenantId: PgColumn;
  readonly time: PgColumn;
  readonly id: PgColumn;
  /** Without a word of the client the newest come first; then a page may move on while it is read. */
  readonly newestFirst?: true;
}

/** Always ends in time and id, so that a page holds the same rows whenever nothing changed, and new ones come last. */
export const clausesOf = (columns: ListColumns, keys: Keys, tenant: string, query: ListQuery): Clauses => ({
  where: and(
    eq(keys.tenantId, tenant),
    ...query.conditions.map((condition) => conditionOf(columnOf(columns, condition.column), condition)),
  ),
  orderBy: [
    ...query.sort.map(({ column, descending }) => sortOf(columnOf(columns, column), descending)),
    ...(keys.newestFirst
      ? [sql`${keys.time} desc`, sql`${keys.id} desc`]
      : [sql`${keys.time} asc`, sql`${keys.id} asc`]),
  ],
});

/** One row by its id, as a page. */
export const byId = (id: string): ListQuery => ({
  conditions: [{ column: 'id', comparison: 'eq', values: [id] }],
  sort: [],
  offset: 0,
  limit: 1,
});

function columnOf(columns: ListColumns, name: string): ListColumn {
  const column = columns[name];
  if (column === undefined) throw new Error(`assertion failed: a list column ${name}`);
  return column;
}

function conditionOf(column: ListColumn, { comparison, values }: Condition): SQL | undefined {
  if (column.kind === 'matching') return or(...values.map(column.matches));
  const type = sql.raw(column.kind === 'instant' ? 'timestamptz' : 'text');
  if (comparison === 'eq') return sql`${column.expression} = any(${sql.param(values)}::text[]::${type}[])`;
  const operator = sql.raw(operators[comparison]);
  const left = column.kind === 'text' ? sql`${column.expression} collate "C"` : column.expression;
  return or(...values.map((value) => sql`${left} ${operator} ${value}::${type}`));
}

const operators = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

function sortOf(column: ListColumn, descending: boolean): SQL {
  if (column.kind === 'matching') throw new Error('assertion failed: a sortable list column');
  const by = column.kind === 'text' ? sql`${column.expression} collate "C"` : column.expression;
  return descending ? sql`${by} desc nulls last` : sql`${by} asc nulls last`;
}
