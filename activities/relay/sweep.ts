import type { Logger } from 'pino';
import type { Database } from '../../drizzle/client.ts';
import { openOrdersAfter, openOrphaned, type OpenOrder } from '../../drizzle/sweepStore.ts';
import type { RunState, WorkflowDoor } from '../../workflows/client.ts';

export interface SweepDeps {
  readonly db: Database;
  readonly log: Logger;
  readonly workflows: Pick<WorkflowDoor, 'orderRun' | 'serviceOrderRun'>;
  readonly intervalMs: number;
  /** An order younger than this may still be on its way. */
  readonly afterMs: number;
}

const pageSize = 200;
const atOnce = 20;

/** Finds open orders that no run takes care of any more, again and again. Any number of sweeps may run. */
export function startSweep(deps: SweepDeps): { stop(): Promise<void> } {
  let stopping = false;
  let wake = () => {};
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, deps.intervalMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const isStopping = () => stopping;
  const run = async () => {
    while (!stopping) {
      // Without Temporal or Postgres there is no verdict about anything.
      await sweepOnce(deps, isStopping).catch((error: unknown) =>
        deps.log.warn({ err: error }, 'the sweep could not look at all open orders'),
      );
      if (!stopping) await pause();
    }
  };
  const running = run();
  return {
    async stop() {
      stopping = true;
      wake();
      await running;
    },
  };
}

/** One look at all open orders, page by page. */
export async function sweepOnce(deps: SweepDeps, isStopping: () => boolean = () => false): Promise<void> {
  let last: OpenOrder | undefined;
  do {
    const page = await openOrdersAfter(deps.db, last, deps.afterMs, pageSize);
    for (let first = 0; first < page.length && !isStopping(); first += atOnce) {
      await Promise.all(page.slice(first, first + atOnce).map((order) => look(deps, order)));
    }
    last = page.length < pageSize ? undefined : page.at(-1);
  } while (last !== undefined && !isStopping());
}

const verdicts = {
  missing: { code: 'runMissing', reason: 'Temporal knows no run of it' },
  closed: { code: 'runClosed', reason: 'its run ended before it was settled' },
} as const satisfies Record<Exclude<RunState, 'open'>, object>;

async function look({ db, log, workflows }: SweepDeps, order: OpenOrder): Promise<void> {
  const { kind, tenant, id } = order;
  const state =
    kind === 'productOrder'
      ? await workflows.orderRun({ tenant, orderId: id })
      : await workflows.serviceOrderRun(tenant, id);
  if (state === 'open') return;
  log.warn({ kind, id, run: state }, 'an open order has lost its run');
  await openOrphaned(db, order, verdicts[state]);
}
