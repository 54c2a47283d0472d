import {
  Client,
  Connection,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type WorkflowStartOptions,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import temporalProto from '@temporalio/proto';
import type { CommandAnswer } from '../src/operator/answer.ts';
import type { OrderCommandName, StepCommand } from '../src/operator/commands.ts';
import { type CommandRefusal, commandRefusalTypes } from '../src/serviceOrder/refusal.ts';
import {
  type CalledMessage,
  type CommandMessage,
  type CancelMessage,
  domainQueue,
  isSearchable,
  orderQueue,
  type OrderIdentity,
  orderUpdates,
  productOrderId,
  searchAttributes,
  serviceOrderId,
  type ServiceOrderIdentity,
  signals,
} from './messages.ts';

/** The one door to Temporal for the API and the relay; never part of the workflow bundle. */
export interface OrderStart extends OrderIdentity {
  readonly externalId?: string;
  readonly actions: readonly string[];
}

/** A service order that belongs to no product order, and runs on the queue of its domain. */
export interface ServiceOrderStart extends ServiceOrderIdentity {
  readonly domain: string;
  readonly externalId?: string;
  readonly actions: readonly string[];
}

export interface StepIdentity {
  readonly tenant: string;
  readonly serviceOrder: string;
  /** `<item ordinal>/<step>`. */
  readonly step: string;
}

/** What a run of an order may be told to do; a restart is for an order without one. */
export type RunCommand = Exclude<OrderCommandName, 'restart'>;

/**
 * An operator's commands: updates of that name. What travels is the id of the command's row in `audit`, which is
 * also the id of the update: the same id again is the same command, and gets the same answer.
 */
export interface OperatorDoor {
  commandStep(step: StepIdentity, command: StepCommand, audit: string): Promise<CommandAnswer>;
  commandOrder(order: OrderIdentity, command: RunCommand, audit: string): Promise<CommandAnswer>;
  commandServiceOrder(
    order: ServiceOrderIdentity,
    command: RunCommand,
    audit: string,
  ): Promise<CommandAnswer>;
  /** The order's run gives another run to a service order that lost its own. */
  rejoin(order: OrderIdentity, serviceOrder: string, audit: string): Promise<CommandAnswer>;
}

/** What Temporal knows of the current run of a workflow id. */
export type RunState = 'open' | 'closed' | 'missing';

export interface WorkflowDoor extends OperatorDoor {
  /** Somebody wishes to cancel: the order's run decides. False if there is no run to tell. */
  tellCancel(order: OrderIdentity, task: string): Promise<boolean>;
  tellCancelServiceOrder(order: ServiceOrderIdentity, task: string): Promise<boolean>;
  orderRun(order: OrderIdentity): Promise<RunState>;
  serviceOrderRun(tenant: string, serviceOrder: string): Promise<RunState>;
  /** Starts the saga of an order. Started already is success: the order's row decides which run is the saga. */
  startOrder(start: OrderStart): Promise<void>;
  /** The same for a service order of its own. */
  startServiceOrder(start: ServiceOrderStart): Promise<void>;
  /** Tells a running service order that a system reported on a step of it. False if there is no run to tell. */
  called(step: StepIdentity): Promise<boolean>;
  /** True while Temporal answers, else why it does not; as of the last call. */
  reachable(): true | string;
  close(): Promise<void>;
}

const callTimeoutMs = 5_000;

export async function openWorkflowDoor(): Promise<WorkflowDoor> {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const connection = Connection.lazy(connectionOptions);
  const client = new Client({ connection, ...(namespace !== undefined && { namespace }) });
  const health = watchHealth(connection);
  const bounded = <T>(work: () => Promise<T>): Promise<T> =>
    connection.withDeadline(Date.now() + callTimeoutMs, work);
  const command = <Told extends CommandMessage>(workflowId: string, name: string, told: Told) =>
    bounded(() => answerTo(update(client, workflowId, name, told)));
  return {
    commandStep: ({ tenant, serviceOrder, step }, name, audit) =>
      command(serviceOrderId(tenant, serviceOrder), name, { step, audit }),
    commandOrder: (order, name, audit) => command(productOrderId(order), name, { audit }),
    commandServiceOrder: ({ tenant, serviceOrder }, name, audit) =>
      command(serviceOrderId(tenant, serviceOrder), name, { audit }),
    rejoin: (order, serviceOrder, audit) =>
      command(productOrderId(order), orderUpdates.rejoin, { serviceOrder, audit }),
    tellCancel: (order, task) =>
      bounded(() => signal(client, productOrderId(order), signals.cancel, { task })),
    tellCancelServiceOrder: ({ tenant, serviceOrder }, task) =>
      bounded(() => signal(client, serviceOrderId(tenant, serviceOrder), signals.cancel, { task })),
    orderRun: (order) => bounded(() => runState(client, productOrderId(order))),
    serviceOrderRun: (tenant, serviceOrder) =>
      bounded(() => runState(client, serviceOrderId(tenant, serviceOrder))),
    startOrder: (start) => bounded(() => startOrder(client, start)),
    called: ({ tenant, serviceOrder, step }) =>
      bounded(() => signal(client, serviceOrderId(tenant, serviceOrder), signals.called, { step })),
    startServiceOrder: (start) => bounded(() => startServiceOrder(client, start)),
    reachable: health.now,
    async close() {
      await health.stop();
      await connection.close();
    },
  };
}

const healthIntervalMs = 5_000;

/** Asked on its own time, so that a health check never waits for Temporal. */
function watchHealth(connection: Connection): { now: () => true | string; stop: () => Promise<void> } {
  let known: true | string = 'Temporal has not answered yet';
  const ask = async () => {
    try {
      await connection.withDeadline(Date.now() + 1_000, () => connection.workflowService.getSystemInfo({}));
      known = true;
    } catch (error) {
      known = `Temporal does not answer: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  let asking = ask();
  const timer = setInterval(() => (asking = ask()), healthIntervalMs);
  timer.unref();
  return {
    now: () => known,
    /** A question under way would be asked again on a connection that is closed. */
    stop() {
      clearInterval(timer);
      return asking;
    },
  };
}

const startOrder = (client: Client, { tenant, orderId, ...start }: OrderStart): Promise<void> =>
  startOnce(client, 'productOrder', {
    workflowId: productOrderId({ tenant, orderId }),
    taskQueue: orderQueue,
    args: [{ tenant, orderId }],
    staticSummary: `product order ${orderId}`,
    typedSearchAttributes: [
      { key: searchAttributes.state, value: 'acknowledged' },
      ...attributesOf(tenant, start),
    ],
  });

const startServiceOrder = (
  client: Client,
  { tenant, serviceOrder, domain, ...start }: ServiceOrderStart,
): Promise<void> =>
  startOnce(client, 'serviceOrder', {
    workflowId: serviceOrderId(tenant, serviceOrder),
    taskQueue: domainQueue(domain),
    args: [{ tenant, serviceOrder }],
    staticSummary: `service order ${serviceOrder}`,
    typedSearchAttributes: attributesOf(tenant, start),
  });

const attributesOf = (
  tenant: string,
  { externalId, actions }: { readonly externalId?: string; readonly actions: readonly string[] },
) => [
  { key: searchAttributes.tenant, value: tenant },
  { key: searchAttributes.actions, value: [...new Set(actions)] },
  ...(externalId !== undefined && isSearchable(externalId)
    ? [{ key: searchAttributes.externalId, value: externalId }]
    : []),
];

type StartOptions = Pick<
  WorkflowStartOptions,
  'workflowId' | 'taskQueue' | 'staticSummary' | 'typedSearchAttributes'
> & { readonly args: [OrderIdentity | ServiceOrderIdentity] };

async function startOnce(client: Client, workflow: string, options: StartOptions): Promise<void> {
  try {
    await client.workflow.start(workflow, {
      ...options,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

const update = <Told extends CommandMessage>(
  client: Client,
  workflowId: string,
  name: string,
  told: Told,
): Promise<void> =>
  client.workflow
    .getHandle(workflowId)
    .executeUpdate<void, [Told]>(name, { args: [told], updateId: told.audit });

/** A call without an answer may have reached the workflow, as an update that waits may: both are unanswered. */
async function answerTo(sent: Promise<void>): Promise<CommandAnswer> {
  try {
    await sent;
    return { type: 'done' };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { type: 'runMissing' };
    const refusal = error instanceof WorkflowUpdateFailedError ? refusalIn(error.cause) : undefined;
    return refusal ? { type: 'refused', refusal } : { type: 'unanswered' };
  }
}

function refusalIn(cause: unknown): CommandRefusal | undefined {
  if (!(cause instanceof ApplicationFailure)) return undefined;
  const type = commandRefusalTypes.find((known) => known === cause.type);
  return type && { type, message: cause.message };
}

async function signal(
  client: Client,
  workflowId: string,
  name: string,
  ...args: readonly (CalledMessage | CancelMessage)[]
): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowId).signal(name, ...args);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

async function runState(client: Client, workflowId: string): Promise<RunState> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING' || status.name === 'PAUSED' ? 'open' : 'closed';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'missing';
    throw error;
  }
}

const { temporal } = temporalProto;

/** Makes our search attributes known to the namespace; those that are known already are left alone. */
export async function registerSearchAttributes(): Promise<void> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const connection = await Connection.connect(connectionOptions);
  try {
    const known = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = Object.values(searchAttributes).filter(
      ({ name }) => !(name in (known.customAttributes ?? {})),
    );
    if (missing.length === 0) return;
    const types = temporal.api.enums.v1.IndexedValueType;
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(
        missing.map(({ name, type }) => [name, types[`INDEXED_VALUE_TYPE_${type}`]]),
      ),
    });
  } finally {
    await connection.close();
  }
}
