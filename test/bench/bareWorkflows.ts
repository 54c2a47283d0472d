import { proxyActivities, proxyLocalActivities, startChild } from '@temporalio/workflow';
import { domainQueue } from '../../workflows/messages.ts';
import { bookkeeping, stepOptions } from '../../workflows/policies.ts';
import type { BareActivities } from './bareWorker.ts';
import type { Shape } from './load.ts';

const { open, settle } = proxyLocalActivities<BareActivities>(bookkeeping);
const { step } = proxyActivities<BareActivities>(stepOptions(30_000, 5_000));

const domains = ['access', 'ip', 'cpe'] as const;

/** What Temporal alone takes for the shape of an order: two local activities and three children of two steps. */
export async function bareOrder(id: string, shape: Shape): Promise<void> {
  await open();
  const children = domains.map((domain) => () => service(id, domain));
  if (shape === 'chain') for (const child of children) await child();
  else await Promise.all(children.map((child) => child()));
  await settle();
}

async function service(id: string, domain: string): Promise<void> {
  const child = await startChild(bareService, {
    workflowId: `bareService:${id}-${domain}`,
    taskQueue: domainQueue(domain),
    args: [],
    parentClosePolicy: 'ABANDON',
  });
  await child.result();
}

export async function bareService(): Promise<void> {
  await step();
  await step();
}
