import { type OrderRun, serviceOrdersOf } from '../src/order/run.ts';
import { stepName } from '../src/decomposition/plan.ts';
import { timeOfDay } from './clock.ts';
import type { RetryTimer, ServiceOrderCommand, ServiceOrderRun } from '../src/serviceOrder/run.ts';

/** Texts for the Temporal Web UI: they answer "what is this order waiting for?". */

const rowsMax = 100;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const more = rows.length > rowsMax ? [`and ${rows.length - rowsMax} more`] : [];
  return [line(head), line(head.map(() => '---')), ...rows.slice(0, rowsMax).map(line), ...more].join('\n');
};

export function orderDetails(run: OrderRun): string {
  const names = new Map(
    serviceOrdersOf(run).map(({ id, action, specification, compensates }) => [
      id,
      `${compensates === undefined ? '' : 'take back: '}${action} ${specification}`,
    ]),
  );
  const rows = serviceOrdersOf(run).map(({ id, item, domain, after }) => {
    const child = run.children[id];
    const missing = after.filter(
      (other) => !['done', 'skipped', 'ready', 'releasing'].includes(run.children[other]?.state ?? ''),
    );
    const waitsFor =
      child?.state === 'waiting'
        ? missing.map((other) => names.get(other)).join(', ')
        : (child?.needs ?? []).map(({ reason }) => reason).join('; ');
    return [names.get(id) ?? id, item, domain, child?.state ?? '', waitsFor];
  });
  const held = run.onHold ? ', on hold' : '';
  return `**${run.state}${held}**\n\n${table(['service order', 'item', 'domain', 'state', 'waits for'], rows)}`;
}

/** `dueAt`: when the retry of a step is due, where one is. */
export function serviceOrderDetails(
  title: string,
  run: ServiceOrderRun,
  dueAt: (step: string) => number | undefined = () => undefined,
): string {
  const rows = run.plan.map(({ id, system, verb }) => {
    const step = run.steps[id];
    const trouble = step?.trouble ? `${step.trouble.class} (${step.trouble.code})` : '';
    return [
      id,
      verb,
      system,
      step?.state ?? '',
      String((step?.attempts ?? 0) + (step?.outages ?? 0)),
      trouble,
      next(step?.retry, dueAt(id)),
    ];
  });
  const head = ['step', 'verb', 'system', 'state', 'failed tries', 'last trouble', 'next'];
  const paused = run.pauses.length > 0 ? `, paused: ${run.pauses.join(', ')}` : '';
  return `**${title}: ${run.state}${paused}**\n\n${table(head, rows)}`;
}

/** Such as `3 of 5 at 14:02:11`. */
function next(retry: RetryTimer | undefined, at: number | undefined): string {
  if (retry === undefined || at === undefined) return '';
  const counted = retry.of === null ? 'again' : `${retry.attempt} of ${retry.of}`;
  return `${counted} at ${timeOfDay(at)}`;
}

type RetryLater = Extract<ServiceOrderCommand, { type: 'retryLater' }>;

/** Such as `prefix: retry 3 of 8: ipam throttled, next 14:02:11`. */
export function retrySummary({ step, afterMs, attempt, of }: RetryLater, run: ServiceOrderRun): string {
  const system = run.plan.find(({ id }) => id === step)?.system ?? '';
  const { trouble, way } = run.steps[step] ?? {};
  const counted = of === null ? 'again' : `retry ${attempt} of ${of}`;
  const undo = way === 'undo' ? 'undo of ' : '';
  const at = timeOfDay(run.nowMs + afterMs);
  return `${undo}${stepName(step)}: ${counted}: ${system} ${trouble?.class ?? ''}, next ${at}`.slice(0, 200);
}

type AwaitReport = Extract<ServiceOrderCommand, { type: 'awaitReport' }>;

/** Such as `port: polls porting again in 1 h, gives up in 2 d`. */
export function reportSummary({ step, afterMs, givesUpAfterMs }: AwaitReport, run: ServiceOrderRun): string {
  const system = run.plan.find(({ id }) => id === step)?.system ?? '';
  const undo = run.steps[step]?.way === 'undo' ? 'undo of ' : '';
  const [poll, end] = [afterMs, givesUpAfterMs].map(inWords);
  return `${undo}${stepName(step)}: polls ${system} again in ${poll}, gives up in ${end}`.slice(0, 200);
}

const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const;

function inWords(ms: number): string {
  const [size, unit] = units.find(([one]) => ms >= one) ?? [1, 'ms'];
  return `${Math.round((ms / size) * 10) / 10} ${unit}`;
}
