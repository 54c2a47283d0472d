import { findAudit } from '../../drizzle/auditStore.ts';
import { withTenant } from '../../drizzle/client.ts';
import { type FalloutAsk, falloutAuditId, refusalFor, stepOf } from '../../drizzle/falloutDesk.ts';
import { type FalloutRead, readFallout } from '../../drizzle/reads/fallout.ts';
import { loadStep } from '../../drizzle/stepStore.ts';
import { examine } from '../../src/activation/evidence.ts';
import { wantedNow } from '../../src/activation/attempt.ts';
import type { Json, JsonObject } from '../../src/kernel/json.ts';
import type { StepCommand } from '../../src/operator/commands.ts';
import type { ApiDeps } from '../deps.ts';
import { refuse } from '../problem.ts';
import { given } from '../resource.ts';

type Ask = FalloutAsk<StepCommand>;

interface Said {
  readonly results?: unknown;
  readonly againstEvidence?: boolean;
}

/**
 * Completes the command by what the network shows now, compared with what the step wants. What shows something else
 * is refused, unless the person stands against it. A repeat looks at nothing: its evidence was taken before.
 */
export async function attest(deps: ApiDeps, ask: Ask, said: Said): Promise<Ask> {
  const { results, againstEvidence } = said;
  const asked = given({ results: results as Json | undefined, againstEvidence });
  const found = await stepBehind(deps, ask);
  if (found === 'repeated') return { ...ask, given: { asked } };
  const { row, step } = found;
  const look = await deps.look(step.system, step.object);
  const own = `${row.serviceOrderId}/${row.item}/${row.step}/`;
  const examined = examine(step, (key) => key.startsWith(own), look, asked.results as JsonObject | undefined);
  if (examined.type === 'missing') return refuse('EvidenceMissing', examined.message);
  if (examined.type === 'resultsUnfit')
    return refuse('ResultsUnfit', examined.message, { path: `results.${examined.name}` });
  const { attested, contradiction } = examined;
  if (contradiction !== undefined && againstEvidence !== true) {
    const wanted = step.verb === 'apply' ? { type: 'present', values: wantedNow(step) } : { type: 'absent' };
    return refuse('EvidenceContradicts', contradiction, {
      details: [
        { path: 'wanted', message: 'what the step wants', ...wanted },
        { path: 'shows', message: 'what the system shows', ...attested.evidence },
      ],
    });
  }
  return { ...ask, given: { ...attested, asked } as JsonObject };
}

async function stepBehind(deps: ApiDeps, ask: Ask) {
  return withTenant(deps.db, ask.tenant, async (tx) => {
    if ((await findAudit(tx, ask.tenant, falloutAuditId(ask))) !== undefined) return 'repeated' as const;
    const row = await readFallout(tx, ask.tenant, ask.fallout);
    const refusal = refusalFor(row, ask.command);
    if (refusal) refuse(refusal.type, refusal.message);
    const held = row as FalloutRead;
    return { row: held, step: await loadStep(tx, stepOf(held)) };
  });
}
