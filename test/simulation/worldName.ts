import type { ServiceOrderRun } from '../../src/serviceOrder/run.ts';
import type { Pending, World } from '../order/pending.ts';

/** Of what one world shares with the next the text is made once. */
const texts = new WeakMap<object, string>();

/** Whatever the order in which its keys came to be. */
function textOf(value: object): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = Array.isArray(value) ? `[${value.map(partText).join(',')}]` : `{${partsText(value)}}`;
  texts.set(value, text);
  return text;
}

function partsText(value: object): string {
  const parts = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(value).filter((name) => parts[name] !== undefined);
  return names
    .sort()
    .map((name) => `${name}:${partText(parts[name])}`)
    .join(',');
}

const partText = (part: unknown): string =>
  typeof part === 'object' && part !== null ? textOf(part) : JSON.stringify(part);

const eventText = ({ what, id, step, noted, said, takes, ...rest }: Pending): string =>
  [
    what,
    rest.detail,
    rest.command,
    textOf(rest.needs ?? []),
    id,
    step,
    rest.outcome,
    rest.unheard,
    rest.number,
    takes?.later,
    takes?.late,
    noted?.attempt.number,
    said?.type,
  ].join(' ');

/** Two worlds are one if they differ only in the order in which things came under way. */
export function nameOf(world: World): string {
  const { order, children, network, records, pending, called, before, people } = world;
  const { objects, sent, odd, ledger, taken, refused } = network;
  const { state, items, children: told, failed, doomed, standing } = order;
  const wanted = [order.unwanted, order.onHold, textOf(order.cancel ?? {}), textOf(before?.items ?? {})];
  const after = [people.sentAfter, people.vowed, people.trusting];
  const desk = [people.still, people.left, people.said, ...after, order.leftBehind];
  const lists = [failed, standing, called, ...desk].map((list) => [...list].sort().join(' '));
  const runs = Object.keys(children)
    .sort()
    .map((id) => `${id} ${runText(children[id] as ServiceOrderRun)}`);
  const parts = [objects, sent, odd, ledger, taken, refused, records.rows, records.prints, items, told].map(
    textOf,
  );
  const events = pending.map(eventText).sort();
  return [
    state,
    ...wanted,
    textOf(people.tasks),
    doomed.join(' '),
    ...lists,
    ...runs,
    ...parts,
    ...events,
  ].join('\n');
}

const runText = ({
  state,
  stage,
  steps,
  changed,
  retreat,
  pauses,
  toldHeld,
  toldNeeds,
}: ServiceOrderRun): string =>
  `${state} ${stage} ${pauses.join(' ')} ${toldHeld} ${toldNeeds?.join()} ${textOf(steps)} ${changed.join(' ')} ${retreat?.outcome} ${retreat?.code}`;
