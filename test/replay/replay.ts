import { fileURLToPath } from 'node:url';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { must } from '../../src/kernel/assert.ts';
import { historyOf, recordedHistories } from './histories.ts';

type HistoryEvent = NonNullable<History['events']>[number];

/** A replay that ends badly is the answer here, no news for the log. */
Runtime.install({
  logger: new DefaultLogger('ERROR', () => {}),
  telemetryOptions: { logging: { filter: 'OFF', forward: {} } },
});

/** Replays all recorded runs on these workflows; says of each that no longer fits what is wrong and what to do. */
export async function replayOn(workflows: string): Promise<Record<string, string>> {
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL(workflows, import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  });
  const recorded = recordedHistories().map((one) => ({ workflowId: one.name, history: historyOf(one) }));
  const complaints: Record<string, string> = {};
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, recorded)) {
    if (error === undefined) continue;
    const { history } = must(
      recorded.find((one) => one.workflowId === workflowId),
      workflowId,
    );
    complaints[workflowId] = complaint(workflowId, error.message, history);
  }
  return complaints;
}

function complaint(name: string, message: string, history: History): string {
  const reason = /\[TMPRL\d+\] (?:Nondeterminism error: )?(.*?)"/.exec(message)?.[1] ?? message;
  return `${name}, ${eventOf(reason, history)}: ${reason}.
Orders that run now would stop here. Keep their way beside the new one with patched() in workflows/; or, if no
release has this workflow yet and the change is meant, record anew: npm run record`;
}

/** The event that does not fit. The reason names its number, or the activity or the child, each in its own way. */
export function eventOf(reason: string, { events }: History): string {
  const numbered = /HistoryEvent\(id: (\d+), (\w+)\)/.exec(reason);
  if (numbered) return `event ${numbered[1]} (${numbered[2]})`;
  const local = /LocalActivity\((\d+)\)/.exec(reason);
  const id = /(?:scheduled|initiated) event '([^']+)'/.exec(reason)?.[1];
  const found = local
    ? events?.filter(({ markerRecordedEventAttributes: marker }) => marker)[Number(local[1]) - 1]
    : events?.find((event) => id !== undefined && idsOf(event).includes(id));
  return found ? `event ${found.eventId} (${id ?? 'local activity'})` : 'an event';
}

const idsOf = (event: HistoryEvent): unknown[] => [
  event.activityTaskScheduledEventAttributes?.activityId,
  event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId,
];
