import type { JsonObject } from '../../src/kernel/json.ts';
import { grouped } from '../../src/order/ties.ts';
import { type Books, nameOf, rowsOf } from './books.ts';

/** What people set in place of the mapping, told from the audit: the edits that were carried out, and the removals. */
export interface Overridden {
  /** As `service step`: where anybody ever set anything. */
  readonly places: readonly string[];
  /** The values that were set for the step of this service at that moment. */
  at(service: string, step: string, moment: number): JsonObject;
  /** Those that its object may have been built with: of the moments of its last try, and of now where it has none. */
  builtWith(service: string, step: string): readonly JsonObject[];
}

interface Deed {
  readonly place: string;
  readonly moment: number;
  /** Undefined where all of it was removed. */
  readonly values: JsonObject | undefined;
}

export function overriddenIn(books: Books): Overridden {
  const deeds = grouped(deedsIn(books), ({ place }) => place);
  const builds = lastBuilds(books);
  const at = (service: string, step: string, moment: number): JsonObject => {
    const past = (deeds.get(`${service} ${step}`) ?? []).filter((deed) => deed.moment <= moment);
    const removed = past.findLastIndex(({ values }) => values === undefined);
    return Object.assign({}, ...past.slice(removed + 1).map(({ values }) => values));
  };
  return {
    places: [...deeds.keys()],
    at,
    builtWith(service, step) {
      const place = `${service} ${step}`;
      const { noted, ended } = builds.get(place) ?? { noted: now, ended: now };
      const during = (deeds.get(place) ?? [])
        .map(({ moment }) => moment)
        .filter((moment) => noted < moment && moment <= ended);
      return [noted, ...during].map((moment) => at(service, step, moment));
    },
  };
}

const now = Number.POSITIVE_INFINITY;

function deedsIn(books: Books): Deed[] {
  const services = servicesByItem(books);
  return rowsOf(books, 'audit')
    .filter(({ outcome }) => outcome === 'done')
    .flatMap((row): Deed[] => {
      const moment = Date.parse(row.decided_at);
      if (row.command === 'removeOverride')
        return [{ place: `${row.entity_id} ${row.step}`, moment, values: undefined }];
      if (row.command !== 'editAndRetry') return [];
      const service = services.get(`${row.service_order_id}/${row.item}`);
      return [{ place: `${service} ${row.step}`, moment, values: row.given.values }];
    })
    .sort((left, right) => left.moment - right.moment);
}

const servicesByItem = (books: Books): ReadonlyMap<string, string> =>
  new Map(
    rowsOf(books, 'service_item').map((row) => [`${row.service_order_id}/${row.ordinal}`, row.service_id]),
  );

interface Build {
  readonly noted: number;
  readonly ended: number;
}

/**
 * The last try of the last step that built by the mapping, and that nobody took back: what goes back to what was
 * before, by an undo or by another service order, leaves the object as an earlier one built it.
 */
function lastBuilds(books: Books): ReadonlyMap<string, Build> {
  const services = servicesByItem(books);
  const compensating = new Map<string, string>(
    rowsOf(books, 'service_order')
      .filter(({ compensates }) => (compensates ?? null) !== null)
      .map(({ id, compensates }) => [id, compensates]),
  );
  const done = rowsOf(books, 'step').filter(({ state }) => state === 'done');
  const takenBack = new Set(done.map((row) => `${compensating.get(row.service_order_id)} ${nameOf(row)}`));
  const noted = new Map<string, number>(
    rowsOf(books, 'attempt').map((row) => [
      `${row.service_order_id}/${row.item}/${row.step} ${row.number}`,
      Date.parse(row.noted_at),
    ]),
  );
  const builds = done
    .filter(({ verb, service_order_id }) => verb === 'apply' && !compensating.has(service_order_id))
    .filter((row) => !takenBack.has(`${row.service_order_id} ${nameOf(row)}`))
    .map((row) => ({
      place: `${services.get(`${row.service_order_id}/${row.item}`)} ${row.name}`,
      noted: noted.get(`${row.service_order_id}/${row.item}/${row.name} ${row.attempt}`) ?? now,
      ended: Date.parse(row.ended_at),
    }))
    .sort((left, right) => left.ended - right.ended);
  return new Map(builds.map((build) => [build.place, build]));
}
