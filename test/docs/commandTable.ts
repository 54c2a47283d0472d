import { type StepCommand, stepCommands } from '../../src/operator/commands.ts';
import type { OrderState } from '../../src/order/machine.ts';

/** What each command does to a product order in each situation: the source of the page, and held against the system. */

export const orderCommands = ['hold', 'resume', 'abort', 'restart', 'cancel'] as const;
export type Command = (typeof orderCommands)[number] | StepCommand;

/** Taken: the state it leads to, the trouble itself being mended. Refused: the code, and nothing changes. */
export type Cell = { readonly to: OrderState } | { readonly code: string };

const to = (state: OrderState): Cell => ({ to: state });
const no = (code: string): Cell => ({ code });

const none = {
  retryNow: null,
  editAndRetry: null,
  completeWithEvidence: null,
  skip: null,
  leaveBehind: null,
};
const all = (cell: Cell) => ({
  ...{ retryNow: cell, editAndRetry: cell, completeWithEvidence: cell, skip: cell, leaveBehind: cell },
});

/** Null where there is no step to command. */
export interface Row {
  readonly title: string;
  readonly state: OrderState;
  readonly cells: Readonly<Record<Command, Cell | null>>;
}

const over = {
  hold: no('OrderOver'),
  resume: no('OrderOver'),
  abort: no('OrderOver'),
  restart: no('OrderOver'),
  cancel: no('OrderOver'),
} as const;

export const commandTable = {
  startDate: {
    title: 'waits for its start date',
    state: 'acknowledged',
    cells: {
      hold: to('acknowledged'),
      resume: no('NotOnHold'),
      abort: to('cancelled'),
      restart: no('OrderNotOrphaned'),
      cancel: to('cancelled'),
      ...none,
    },
  },
  retrying: {
    title: 'a step waits for its retry',
    state: 'inProgress',
    cells: {
      hold: to('held'),
      resume: no('NotOnHold'),
      abort: to('cancelled'),
      restart: no('OrderNotOrphaned'),
      cancel: to('cancelled'),
      ...none,
    },
  },
  pastReturn: {
    title: 'its only item is past its point of no return',
    state: 'inProgress',
    cells: {
      hold: to('held'),
      resume: no('NotOnHold'),
      abort: no('NothingToTakeBack'),
      restart: no('OrderNotOrphaned'),
      cancel: no('NothingToTakeBack'),
      ...none,
    },
  },
  trouble: {
    title: 'an optional step needs a person',
    state: 'held',
    cells: {
      hold: to('held'),
      resume: no('NotOnHold'),
      abort: to('cancelled'),
      restart: no('OrderNotOrphaned'),
      cancel: to('cancelled'),
      retryNow: to('completed'),
      editAndRetry: to('completed'),
      completeWithEvidence: to('completed'),
      skip: to('completed'),
      leaveBehind: no('CommandUnfit'),
    },
  },
  onHold: {
    title: 'the same, and a person holds the order',
    state: 'held',
    cells: {
      hold: no('HeldAlready'),
      resume: to('held'),
      abort: to('cancelled'),
      restart: no('OrderNotOrphaned'),
      cancel: to('held'),
      retryNow: no('OnHold'),
      editAndRetry: no('OnHold'),
      completeWithEvidence: to('held'),
      skip: to('held'),
      leaveBehind: no('CommandUnfit'),
    },
  },
  orphaned: {
    title: 'the same as before the hold, and the run of the order is gone',
    state: 'held',
    cells: {
      hold: no('RunMissing'),
      resume: no('RunMissing'),
      abort: to('cancelled'),
      restart: to('held'),
      cancel: to('held'),
      retryNow: to('held'),
      editAndRetry: to('held'),
      completeWithEvidence: to('held'),
      skip: to('held'),
      leaveBehind: no('CommandUnfit'),
    },
  },
  assessing: {
    title: 'a service order has yet to say whether it can go back',
    state: 'assessingCancellation',
    cells: {
      hold: to('assessingCancellation'),
      resume: no('NotOnHold'),
      abort: to('pendingCancellation'),
      restart: no('OrderNotOrphaned'),
      cancel: no('CancelOpen'),
      ...none,
    },
  },
  cancelling: {
    title: 'is being cancelled, an undo waits for its retry',
    state: 'pendingCancellation',
    cells: {
      hold: to('held'),
      resume: no('NotOnHold'),
      abort: no('AbortedAlready'),
      restart: no('OrderNotOrphaned'),
      cancel: no('CancelOpen'),
      ...none,
    },
  },
  undoHeld: {
    title: 'is being cancelled, an undo needs a person',
    state: 'held',
    cells: {
      hold: to('held'),
      resume: no('NotOnHold'),
      abort: no('AbortedAlready'),
      restart: no('OrderNotOrphaned'),
      cancel: no('CancelOpen'),
      retryNow: to('cancelled'),
      editAndRetry: no('CommandUnfit'),
      completeWithEvidence: no('CommandUnfit'),
      skip: no('CommandUnfit'),
      leaveBehind: to('failed'),
    },
  },
  completed: {
    title: 'a person had a step retried',
    state: 'completed',
    cells: { ...over, ...all(no('FalloutClosed')) },
  },
  cancelled: {
    title: 'a person aborted it',
    state: 'cancelled',
    cells: { ...over, ...all(no('FalloutClosed')) },
  },
  failed: { title: 'a system refused', state: 'failed', cells: { ...over, ...none } },
  partial: {
    title: 'cancelled but for what stands',
    state: 'partial',
    cells: { ...over, ...none },
  },
  rejected: {
    title: 'not sound any more at its start date',
    state: 'rejected',
    cells: { ...over, ...none },
  },
} as const satisfies Record<string, Row>;
export type Situation = keyof typeof commandTable;

const shown = (cell: Cell | null): string => {
  if (cell === null) return '–';
  return 'to' in cell ? `→ ${cell.to}` : `\`${cell.code}\``;
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const columns = (commands: readonly Command[]): string =>
  table(
    ['state', 'situation', ...commands],
    (Object.values(commandTable) as readonly Row[])
      .filter(({ cells }) => commands.some((command) => cells[command] !== null))
      .map(({ state, title, cells }) => [state, title, ...commands.map((command) => shown(cells[command]))]),
  );

/** The page, as `docs/commands.md` has it. */
export const commandPage = (): string => `# Commands by state

What it answers: what each command does to a product order, for every state and situation it can be in.

An arrow is a command that is taken, with the state it leads to, whatever was broken being mended meanwhile. A code is the refusal ([errors](errors.md)); nothing changes then. What the commands are: [operations](operations.md#fallout-what-needs-a-person), [cancelling](cancelling.md).

## About the order

${columns(orderCommands)}

A hold before the start date holds the order as soon as that has come, before anything is sent.

A cancel of what is past its point of no return is taken as a task, which ends \`terminatedWithError\` with this code. Without a run a cancel waits for the next one, and on hold it waits for the resume: the order is \`held\` until then.

## About its held step

${columns(stepCommands)}

\`completeWithEvidence\` is sent against the evidence, with a reason. On hold what a person decides of the step is taken, and the order goes on when it is resumed. Where the run of the order is gone its service orders go on, and the order itself follows once it is restarted.

## How it is checked

\`test/docs/commandTable.ts\` writes this page (\`npx vitest run --project pure test/docs/commands.test.ts -u\`), and \`test/e2e/commands.e2e.test.ts\` brings orders into each situation on the running system, gives each command, and expects exactly this.
`;
