import { setMaxListeners } from 'node:events';
import { drawFrom } from '../kernel/random.ts';
import { clientOf } from '../support/clientOf.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { readBooks, rowsOf } from './books.ts';
import { prepareCatalogue } from './catalogue.ts';
import { keepEvidence } from './evidence.ts';
import { keepFaults } from './faults.ts';
import { createKiller } from './killer.ts';
import { type ChaosOptions, parseOptions, usage } from './options.ts';
import { pause } from './pause.ts';
import { chaosProfile, latestEffectMs, ordersInFlight, settleWithinMs } from './profile.ts';
import { createPeople } from './people.ts';
import { isAtRest } from './checkRest.ts';
import { reckon } from './reckoning.ts';
import { reportOf } from './report.ts';
import { createTraffic } from './traffic.ts';

/** Ended by Ctrl-C: everything is stopped, nothing is reckoned. */
class Told extends Error {}

const heldUpEveryMs = 500;

const theirRest = `
  select state, held_by, exists (select from fallout f
    where f.tenant_id = o.tenant_id and f.order_id = o.id and f.closed_at is null) as told
  from product_order o`;

/** A watch rests while its product is claimed, or that of who holds its object now: as long as an order is held. */
const stillMoving = `
  select 1 from dispatch
  union all select 1 from bulk_entry where state = 'waiting'
  union all select 1 from callback where state = 'waiting'
  union all select 1 from service_order where order_id is null and completed_at is null and state <> 'held'
  union all select 1 from watch w where not exists (select from service s
    join claim c on c.tenant_id = s.tenant_id and c.product_id = coalesce(s.product_id, s.id)
    where s.tenant_id = w.tenant_id and (s.id = w.service_id or exists (select from footprint f
      where f.tenant_id = w.tenant_id and f.service_id = s.id and f.system = w.system and f.object = w.object
        and f.presence <> 'absent')))`;

/** Until nobody but a person can move anything; undefined when that takes too long. */
async function settle(stack: Stack): Promise<number | undefined> {
  const begun = performance.now();
  const { rows } = clientOf(stack);
  while (performance.now() - begun < settleWithinMs) {
    const orders = await rows(theirRest).catch(() => undefined);
    const waiting = await rows(stillMoving).catch(() => undefined);
    if (orders?.every(isAtRest) && waiting?.length === 0) return performance.now() - begun;
    await pause(heldUpEveryMs);
  }
  return undefined;
}

/** A process that never comes back, or a POST that is never answered, ends the run. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const patience = new AbortController();
  const late = pause(ms, patience.signal).then(() => {
    if (!patience.signal.aborted)
      throw new Error(`not everybody is back and answered ${settleWithinMs / 1_000} s after`);
  });
  await Promise.race([work, late]).finally(() => patience.abort());
}

/** Orders flow while things die; then peace, and a look at the books. Answers whether they add up. */
async function chaos(
  { minutes, seed, keep }: ChaosOptions,
  stack: Stack,
  say: (line: string) => void,
): Promise<boolean> {
  await prepareCatalogue(stack.apiUrl);
  const traffic = createTraffic(clientOf(stack), seed, drawFrom(seed));
  const killer = createKiller(stack, drawFrom(seed + 1), say);
  const faults = keepFaults(stack.networkUrl, seed);
  const over = AbortSignal.timeout(minutes * 60_000);
  setMaxListeners(0, over);
  const people = createPeople(stack, traffic, drawFrom(seed + 2));
  const flowing = Promise.all([traffic.run(ordersInFlight, over), people.run(over)]);
  const calm = killer.run(over).then(() => faults.stop());
  await within(minutes * 60_000 + settleWithinMs, Promise.all([calm, flowing]));
  await within(settleWithinMs, people.letGo());
  say('peace');
  const settledAfterMs = await settle(stack);
  await pause(latestEffectMs);

  const badAnswers = [...traffic.badAnswers, ...people.badAnswers];
  const { acknowledged, acknowledgedServiceOrders } = traffic;
  const settled = settledAfterMs !== undefined;
  const told = { acknowledged, acknowledgedServiceOrders, badAnswers, answers: people.answers, settled };
  const books = await readBooks(stack, told);
  const violations = reckon(books);
  const happened = {
    ...{
      seed,
      minutes,
      traffic: traffic.counts(),
      people: people.counts(),
      kills: killer.counts(),
      faults: faults.counts(),
    },
    ...(settledAfterMs !== undefined && { settledAfterMs }),
  };
  console.log(`\n${reportOf(happened, books, violations)}`);
  const addsUp = violations.length === 0 && rowsOf(books, 'product_order').length > 0;
  if (addsUp && !keep) return true;
  console.log(
    `Histories, rows, ledger and logs are in ${await keepEvidence(stack, seed, books, violations)}`,
  );
  return addsUp;
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), () => Math.floor(Math.random() * 2 ** 31));
  if (options.help) {
    console.log(usage);
    return 0;
  }
  console.log(`chaos: seed ${options.seed}`);
  const begun = performance.now();
  const say = (line: string) =>
    console.log(`${((performance.now() - begun) / 1_000).toFixed(1).padStart(7)} s  ${line}`);
  const told = new Promise<never>((_, reject) => {
    for (const sign of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(sign, () => reject(new Told(`ended by ${sign}`)));
  });
  const starting = startStack({
    ...{ ownServers: true, workers: 2, env: chaosProfile, say, earlyExitsMax: Number.POSITIVE_INFINITY },
  });
  try {
    const stack = await Promise.race([starting, told]);
    return (await Promise.race([chaos(options, stack, say), told])) ? 0 : 1;
  } finally {
    await starting.then((stack) => stack.stop());
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Told ? error.message : error);
    process.exit(error instanceof Told ? 130 : 1);
  },
);
