import { type StepCommand, stepCommands } from '../../src/operator/commands.ts';
import { type Deed, type Office, reason } from './office.ts';
import { editFor, resultsFor } from './edits.ts';
import { commandOrder } from './orderDeeds.ts';
import { refusalsOf } from './proper.ts';
import { drawOne, drawWeighted } from './weighted.ts';

/** What is done at the fallout desk. */

export interface Fallout {
  readonly id: string;
  readonly class: string;
  readonly system?: string;
  readonly order?: string;
  readonly serviceOrder?: string;
  readonly allowedCommands: readonly string[];
}

const openFallout = async ({ list, draw }: Office, filter = ''): Promise<Fallout | undefined> =>
  drawOne<Fallout>(draw, await list(`/ops/v1/fallout?limit=50${filter}`));

const command = (
  { ask }: Office,
  { id }: Fallout,
  name: StepCommand | 'claim' | 'release',
  body: object,
  refused: readonly string[],
  what: string = name,
): Promise<void> => {
  const done = name === 'claim' || name === 'release' ? 200 : 202;
  return ask({ what, path: `/ops/v1/fallout/${id}/${name}`, body, done, refused, fallout: id });
};

const weights: readonly (readonly [StepCommand, number])[] = [
  ['retryNow', 5],
  ['editAndRetry', 5],
  ['completeWithEvidence', 2],
  ['skip', 3],
  ['leaveBehind', 2],
];

/** Mostly what the fallout allows; now and then somebody tries what it does not. */
export const answerStep: Deed = async (office) => {
  const { draw } = office;
  const fallout = await openFallout(office);
  if (fallout === undefined) return;
  const allowed = weights.filter(([name]) => fallout.allowedCommands.includes(name));
  const isBold = draw(12) === 0 && fallout.class !== 'orphaned';
  if (allowed.length === 0 && !isBold) return;
  const name = isBold ? (drawOne(draw, stepCommands) ?? 'retryNow') : drawWeighted(draw, allowed);
  if (name === 'editAndRetry') return edit(office, fallout);
  if (name === 'completeWithEvidence') return attest(office, fallout);
  await command(office, fallout, name, { reason }, refusalsOf[name]);
};

async function edit(office: Office, fallout: Fallout): Promise<void> {
  const values = editFor(office.draw, fallout.system ?? '', 'fit');
  if (values !== undefined)
    await command(office, fallout, 'editAndRetry', { reason, values }, refusalsOf.editAndRetry);
}

/** An edit that breaks the specification, wherever an edit is allowed. */
export const editUnfit: Deed = async (office) => {
  const fallout = await openFallout(office);
  const values = editFor(office.draw, fallout?.system ?? '', 'unfit');
  if (fallout?.allowedCommands.includes('editAndRetry') && values !== undefined)
    await command(office, fallout, 'editAndRetry', { reason, values }, refusalsOf.unfitEdit, 'unfit edit');
};

/** One in four knows better than the system, with results of their own where the step has any. */
async function attest(office: Office, fallout: Fallout): Promise<void> {
  const name = 'completeWithEvidence';
  if (office.draw(4) > 0) {
    await command(office, fallout, name, { reason }, refusalsOf.completeWithEvidence);
    return;
  }
  const results = resultsFor(fallout.system ?? '');
  const body = { reason, againstEvidence: true, ...(results && office.draw(4) > 0 && { results }) };
  await command(office, fallout, name, body, refusalsOf.againstEvidence, 'against the evidence');
}

const owners = ['Ada', 'Grace'] as const;

export const claim: Deed = async (office) => {
  const fallout = await openFallout(office);
  const takeOver = office.draw(3) === 0;
  const body = { owner: drawOne(office.draw, owners), ...(takeOver && { takeOver }), reason };
  if (fallout === undefined) return;
  await command(office, fallout, 'claim', body, takeOver ? refusalsOf.takeOver : refusalsOf.claim);
};

export const release: Deed = async (office) => {
  const fallout = await openFallout(office);
  if (fallout !== undefined) await command(office, fallout, 'release', { reason }, refusalsOf.release);
};

const sendBulk = ({ ask }: Office, body: object): Promise<void> =>
  ask({ what: 'bulk', path: '/ops/v1/fallout/bulk', body, done: 201, refused: refusalsOf.bulk });

/** The same for all that fell out like this one. */
export const bulk: Deed = async (office) => {
  const fallout = await openFallout(office);
  if (fallout === undefined || fallout.class === 'orphaned') return;
  const { class: of, system } = fallout;
  const which = office.draw(2) === 0 || system === undefined ? { class: of } : { class: of, system };
  const name = office.draw(4) === 0 ? 'skip' : 'retryNow';
  await sendBulk(office, { command: name, ...which, reason });
};

/** What has lost its run is given another, alone or with all others, or is not wanted any more. */
export const answerOrphan: Deed = async (office) => {
  const fallout = await openFallout(office, '&class=orphaned');
  if (fallout === undefined) return;
  const how = drawWeighted(office.draw, [
    ['restart', 5],
    ['bulk', 3],
    ['abort', 2],
  ]);
  if (how === 'bulk') await sendBulk(office, { command: 'restart', class: 'orphaned', reason });
  else if (how === 'restart') await restartOrphan(office, fallout);
  else await abortOrphan(office, fallout);
};

/** A service order is restarted by itself also where it belongs to a product order: only what lost its run is. */
export async function restartOrphan(
  office: Pick<Office, 'ask'>,
  { order, serviceOrder }: Pick<Fallout, 'order' | 'serviceOrder'>,
): Promise<void> {
  if (serviceOrder === undefined) await commandOrder(office, 'productOrder', 'restart', order ?? '');
  else
    await commandOrder(office, 'serviceOrder', 'restart', serviceOrder, [
      ...refusalsOf.restart,
      ...(order === undefined ? [] : refusalsOf.ofProductOrder),
    ]);
}

async function abortOrphan(office: Office, { order, serviceOrder }: Fallout): Promise<void> {
  if (order !== undefined) await commandOrder(office, 'productOrder', 'abort', order);
  else await commandOrder(office, 'serviceOrder', 'abort', serviceOrder ?? '');
}

/** The mapping holds again from the next modify on. */
export const removeOverride: Deed = async ({ ask, list, draw }) => {
  const override = drawOne(draw, await list('/ops/v1/overrides?limit=50'));
  if (override === undefined) return;
  await ask({
    what: 'removeOverride',
    method: 'DELETE',
    path: `/ops/v1/overrides/${override.service}/${override.step}`,
    ...{ done: 204, refused: refusalsOf.removeOverride },
  });
};
