import { sameJson } from '../../src/kernel/json.ts';
import { type Books, type NetworkObject, type Row, rowsOf } from './books.ts';
import { leftoversOf } from './leftovers.ts';
import { orderNamedIn } from './orderNamedIn.ts';
import type { Violation } from './reckoning.ts';

const nameOf = ({ system, object }: { readonly system: string; readonly object: string }): string =>
  `${system} ${object}`;

/** The network did nothing twice, and holds what the footprints say: no more, no less, nothing else. */
export function checkNetwork(books: Books): readonly Violation[] {
  return [...effectsAtMostOnce(books), ...networkIsFootprints(books)];
}

function effectsAtMostOnce({ ledger }: Books): Violation[] {
  const seen = new Map<string, number>();
  for (const { system, key } of ledger) seen.set(`${system} ${key}`, (seen.get(`${system} ${key}`) ?? 0) + 1);
  return [...seen]
    .filter(([, times]) => times > 1)
    .map(([key, times]) => ({
      law: 'each key took effect at most once',
      what: `${key} took effect ${times} times`,
      orders: orderNamedIn(key),
    }));
}

function networkIsFootprints(books: Books): Violation[] {
  const law = 'the network is what the footprints say';
  const leftovers = leftoversOf(books);
  const footprints = new Map<string, Row>(
    rowsOf(books, 'footprint')
      .filter(({ presence }) => presence !== 'absent')
      .map((row) => [nameOf(row), row]),
  );
  const objects = new Map<string, NetworkObject>(books.objects.map((one) => [nameOf(one), one]));
  const isLeft = (object: string) =>
    [...leftovers.services].some((service) => object.endsWith(`/${service}`));
  const complain = (name: string, what: string): Violation => ({
    law,
    what: `${name} ${what}`,
    orders: orderNamedIn(name),
  });
  const unknown = [...objects.values()]
    .filter((one) => !footprints.has(nameOf(one)) && !isLeft(one.object))
    .map((one) => complain(nameOf(one), `stands in the network, written by ${one.key}, and in no footprint`));
  const different = [...footprints].flatMap(([name, row]) => {
    if (leftovers.services.has(row.service_id)) return [];
    const there = objects.get(name);
    if (row.presence === 'doubtful') return [complain(name, 'is doubtful, and nobody has been told')];
    if (there === undefined) return [complain(name, `is a footprint of ${row.key}, and not in the network`)];
    if (there.version !== row.version)
      return [complain(name, `is at ${there.version}, its footprint at ${row.version}`)];
    if (!sameJson(there.values, row.values)) return [complain(name, 'has other values than its footprint')];
    return [];
  });
  return [...unknown, ...different];
}
