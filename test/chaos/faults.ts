import { z } from 'zod';
import { pause } from './pause.ts';
import { faultRules } from './profile.ts';

const shown = z.object({
  rules: z.array(z.object({ behaviour: z.looseObject({ type: z.string() }), hits: z.number() })),
});

export interface FaultKeeper {
  /** How often each behaviour was met. */
  counts(): Readonly<Record<string, number>>;
  /** Resolves when the network is honest again. */
  stop(): Promise<void>;
}

const lookEveryMs = 250;

/** Keeps the network faulty: one that was killed has forgotten its faults, and is given new ones of the next seed. */
export function keepFaults(networkUrl: string, seed: number): FaultKeeper {
  const stopping = new AbortController();
  const past: Record<string, number> = {};
  let present: Record<string, number> = {};
  let programs = 0;

  const ask = async (body?: object): Promise<z.infer<typeof shown>['rules']> => {
    const request = body && {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    const reply = await fetch(`${networkUrl}/faults`, request);
    if (reply.status === 400) throw new Error(`the network refused the faults: ${await reply.text()}`);
    return shown.parse(await reply.json()).rules;
  };
  const look = async (): Promise<void> => {
    const rules = await ask();
    if (rules.length > 0) {
      present = countsOf(rules);
      return;
    }
    for (const [type, hits] of Object.entries(present)) past[type] = (past[type] ?? 0) + hits;
    present = {};
    await ask({ seed: seed * 1_000 + programs, rules: faultRules });
    programs += 1;
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await look().catch(() => undefined);
      await pause(lookEveryMs, stopping.signal);
    }
  };
  const running = run();
  return {
    counts: () => sum(past, present),
    async stop() {
      stopping.abort();
      await running;
      present = countsOf(await ask());
      await ask({ rules: [] });
    },
  };
}

function countsOf(rules: z.infer<typeof shown>['rules']): Record<string, number> {
  return rules.reduce<Record<string, number>>(
    (counts, { behaviour, hits }) => sum(counts, { [behaviour.type]: hits }),
    {},
  );
}

function sum(left: Readonly<Record<string, number>>, right: Readonly<Record<string, number>>) {
  const total: Record<string, number> = { ...left };
  for (const [name, count] of Object.entries(right)) total[name] = (total[name] ?? 0) + count;
  return total;
}
