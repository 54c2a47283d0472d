/** The part of `GET /ops/v1/productOrders/{id}` that people follow. */
export interface OrderView {
  readonly id: string;
  readonly state: string;
  readonly items: readonly {
    readonly id: string;
    readonly action: string;
    readonly offering?: string;
    readonly products?: readonly string[];
    readonly state: string;
  }[];
  readonly serviceOrders?: readonly ServiceOrderView[];
}

interface Timed {
  readonly startedAt?: string;
  readonly completedAt?: string;
  readonly endedAt?: string;
}

interface ServiceOrderView extends Timed {
  readonly id: string;
  readonly action?: string;
  readonly specification?: string;
  readonly domain: string;
  readonly service: string;
  readonly footprints?: readonly { readonly system: string; readonly object: string }[];
  readonly state: string;
  readonly steps?: readonly StepView[];
}

interface StepView extends Timed {
  readonly name: string;
  readonly system: string;
  readonly verb: string;
  readonly state: string;
  readonly tries: number;
  readonly error?: { readonly class?: string; readonly code?: string };
}

const marks: Readonly<Record<string, string>> = {
  acknowledged: '·',
  waiting: '·',
  inProgress: '›',
  attempting: '›',
  accepted: '…',
  pendingExternal: '…',
  completed: '✓',
  done: '✓',
  skipped: '-',
  held: '!',
  refused: '!',
  inDoubt: '?',
};

const line = (depth: number, state: string, what: string, time: string): string =>
  `${'  '.repeat(depth)}${marks[state] ?? ' '} ${what.padEnd(44 - 2 * depth)} ${state.padEnd(13)} ${time}`.trimEnd();

/** The order as a tree: items, then service orders with their steps and the time each took. */
export function render(order: OrderView, now: number): string[] {
  return [
    line(0, order.state, `order ${order.id}`, ''),
    ...order.items.map((item) =>
      line(1, item.state, `item ${item.id}  ${item.action} ${item.offering ?? ''}`, ''),
    ),
    ...(order.serviceOrders ?? []).flatMap((serviceOrder) => [
      line(
        1,
        serviceOrder.state,
        `${serviceOrder.action ?? ''} ${serviceOrder.specification ?? serviceOrder.id}`,
        took(serviceOrder, now),
      ),
      ...(serviceOrder.steps ?? []).map((step) =>
        line(
          2,
          step.state,
          `${step.verb} ${step.name} on ${step.system}`,
          `${took(step, now)}${trouble(step)}`,
        ),
      ),
    ]),
  ];
}

function took({ startedAt, completedAt, endedAt }: Timed, now: number): string {
  if (startedAt === undefined) return '';
  const end = completedAt ?? endedAt;
  return `${Math.max(0, (end === undefined ? now : Date.parse(end)) - Date.parse(startedAt))} ms`;
}

const trouble = ({ tries, error }: StepView): string => {
  const again = tries > 1 ? `, ${tries} tries` : '';
  return error?.class ? `${again} (${error.class}: ${error.code})` : again;
};
