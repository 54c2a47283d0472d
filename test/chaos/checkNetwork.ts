import { sameJson } from '../../src/kernel/json.ts';
import { grouped } from '../../src/order/ties.ts';
import type { LedgerEntry } from '../support/clientOf.ts';
import { type Books, nameOf, type NetworkObject, type Row, rowsOf } from './books.ts';
import { leftoversOf } from './leftovers.ts';
import { orderNamedIn } from './orderNamedIn.ts';
import type { Violation } from './reckoning.ts';

/** The network did nothing twice, and holds what the footprints say: no more, no less, nothing else. */
export function checkNetwork(books: Books): readonly Violation[] {
  return [...effectsAtMostOnce(books), ...nothingDoneTwice(books), ...networkIsFootprints(books)];
}

function effectsAtMostOnce({ ledger }: Books): Violation[] {
  return [...grouped(ledger, ({ system, key }) => `${system} ${key}`)]
    .filter(([, entries]) => entries.length > 1)
    .map(([key, entries]) => ({
      law: 'each key took effect at most once',
      what: `${key} took effect ${entries.length} times`,
      orders: orderNamedIn(key),
    }));
}

/** The same effect on one object twice in a row: under another key the network cannot tell that it is the same. */
function nothingDoneTwice(books: Books): Violation[] {
  const judged = judgedWrong(books);
  return [...grouped(books.ledger, nameOf)].flatMap(([name, entries]) =>
    entries.flatMap((entry, index) => {
      const before = entries[index - 1];
      if (before === undefined || !isSameEffect(before, entry) || judged(before, entry)) return [];
      const what = `${entry.verb} of ${name} took effect under ${before.key}, and again under ${entry.key}`;
      return [{ law: 'nothing is done twice', what, orders: orderNamedIn(name) }];
    }),
  );
}

const isSameEffect = (left: LedgerEntry, right: LedgerEntry): boolean =>
  left.verb === right.verb && left.key !== right.key && sameJson(left.values, right.values);

/** A read that lied about the first made a definite outcome of it: the next try takes the next generation. */
function judgedWrong(books: Books): (before: LedgerEntry, after: LedgerEntry) => boolean {
  const lied = new Set<string>(
    rowsOf(books, 'attempt')
      .filter(({ outcome }) => outcome === 'lied')
      .map(({ key }) => key),
  );
  return (before) => lied.has(before.key);
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
  const complain = (name: string, what: string): Violation => ({
    law,
    what: `${name} ${what}`,
    orders: orderNamedIn(name),
  });
  const isAttested = (name: string) => leftovers.attestedThere.has(name) || leftovers.attestedGone.has(name);
  const unknown = [...objects]
    .filter(([name]) => !footprints.has(name))
    .filter(([name]) => !leftovers.objects.has(name) && !leftovers.attestedGone.has(name))
    .map(([name, one]) =>
      complain(name, `stands in the network, written by ${one.key}, and in no footprint`),
    );
  const different = [...footprints].flatMap(([name, row]) => {
    if (leftovers.objects.has(name) || (row.presence === 'doubtful' && isAttested(name))) return [];
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
