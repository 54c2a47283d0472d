import {
  Client,
  Connection,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import temporalProto from '@temporalio/proto';
import type { OrderOutcome } from './productOrder.ts';
import {
  type CalledMessage,
  isSearchable,
  orderQueue,
  type OrderIdentity,
  productOrderId,
  searchAttributes,
  serviceOrderId,
  signals,
} from './messages.ts';

/** The one door to Temporal for the API and the relay; never part of the workflow bundle. */
export interface OrderStart extends OrderIdentity {
  readonly externalId?: string;
  readonly actions: readonly string[];
}

export interface StepCalled extends CalledMessage {
  readonly tenant: string;
  readonly serviceOrder: string;
}

export interface WorkflowDoor {
  /** Starts the saga of an order. Started already is success: the order's row decides which run is the saga. */
  startOrder(start: OrderStart): Promise<void>;
  /** Tells a running service order that a system reported on a step of it. */
  called(call: StepCalled): Promise<'delivered' | 'noRun'>;
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
  return {
    startOrder: (start) =>
      connection.withDeadline(Date.now() + callTimeoutMs, () => startOrder(client, start)),
    called: (call) => connection.withDeadline(Date.now() + callTimeoutMs, () => called(client, call)),
    reachable: health.now,
    async close() {
      health.stop();
      await connection.close();
    },
  };
}

const healthIntervalMs = 5_000;

/** Asked on its own time, so that a health check never waits for Temporal. */
function watchHealth(connection: Connection): { now: () => true | string; stop: () => void } {
  let known: true | string = 'Temporal has not answered yet';
  const ask = async () => {
    try {
      await connection.withDeadline(Date.now() + 1_000, () => connection.workflowService.getSystemInfo({}));
      known = true;
    } catch (error) {
      known = `Temporal does not answer: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  void ask();
  const timer = setInterval(ask, healthIntervalMs);
  timer.unref();
  return { now: () => known, stop: () => clearInterval(timer) };
}

async function startOrder(
  client: Client,
  { tenant, orderId, externalId, actions }: OrderStart,
): Promise<void> {
  try {
    await client.workflow.start<(identity: OrderIdentity) => Promise<OrderOutcome>>('productOrder', {
      workflowId: productOrderId({ tenant, orderId }),
      taskQueue: orderQueue,
      args: [{ tenant, orderId }],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      workflowIdConflictPolicy: 'USE_EXISTING',
      staticSummary: `product order ${orderId}`,
      typedSearchAttributes: [
        { key: searchAttributes.tenant, value: tenant },
        { key: searchAttributes.state, value: 'acknowledged' },
        { key: searchAttributes.actions, value: [...new Set(actions)] },
        ...(externalId !== undefined && isSearchable(externalId)
          ? [{ key: searchAttributes.externalId, value: externalId }]
          : []),
      ],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

async function called(
  client: Client,
  { tenant, serviceOrder, step }: StepCalled,
): Promise<'delivered' | 'noRun'> {
  try {
    const message: CalledMessage = { step };
    await client.workflow.getHandle(serviceOrderId(tenant, serviceOrder)).signal(signals.called, message);
    return 'delivered';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'noRun';
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
    const { KEYWORD, KEYWORD_LIST } = {
      KEYWORD: 'INDEXED_VALUE_TYPE_KEYWORD',
      KEYWORD_LIST: 'INDEXED_VALUE_TYPE_KEYWORD_LIST',
    } as const;
    const missing = Object.values(searchAttributes).filter(
      ({ name }) => !(name in (known.customAttributes ?? {})),
    );
    if (missing.length === 0) return;
    const types = temporal.api.enums.v1.IndexedValueType;
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(
        missing.map(({ name, type }) => [
          name,
          type === 'KEYWORD_LIST' ? types[KEYWORD_LIST] : types[KEYWORD],
        ]),
      ),
    });
  } finally {
    await connection.close();
  }
}
