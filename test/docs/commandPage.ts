import type { OrderState } from '../../src/order/machine.ts';
import type { ServiceOrderState } from '../../src/serviceOrder/machine.ts';
import { type Cell, type Command, orderCommands, type Row, troubleCommands } from './commandCells.ts';
import { commandTable } from './commandTable.ts';
import { serviceOrderTable } from './serviceOrderTable.ts';
import { troubleTable } from './troubleTable.ts';

type State = OrderState | ServiceOrderState;

const shown = (cell: Cell<State> | null): string => {
  if (cell === null) return '–';
  return 'to' in cell ? `→ ${cell.to}` : `\`${cell.code}\``;
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const columns = (situations: Readonly<Record<string, Row<State>>>, commands: readonly Command[]): string =>
  table(
    ['state', 'situation', ...commands],
    Object.values(situations)
      .filter(({ cells }) => commands.some((command) => cells[command] !== null))
      .map(({ state, title, cells }) => [state, title, ...commands.map((command) => shown(cells[command]))]),
  );

const ofOrders = { ...commandTable, ...troubleTable };

/** The page, as `docs/commands.md` has it. */
export const commandPage = (): string => `# Commands by state

What it answers: what each command does to a product order, or to a service order that was posted by itself, for every state and situation it can be in.

An arrow is a command that is taken, with the state it leads to, whatever was broken being mended meanwhile. A code is the refusal ([errors](errors.md)); nothing changes then. A dash: there is nothing to command. What the commands are: [operations](operations.md#fallout-what-needs-a-person), [cancelling](cancelling.md).

## About the order

${columns(ofOrders, orderCommands)}

A hold before the start date holds the order as soon as that has come, before anything is sent.

A cancel of what is past its point of no return, or is being taken back for another reason, is taken as a task, which ends \`terminatedWithError\` with this code. Without a run a cancel waits for the next one, and on hold it waits for the resume: the order is \`held\` until then.

No product order is ever \`pending\`: the state is the standard's, and nothing here brings an order or an item into it; what waits for a system is \`inProgress\`.

## About its held step

${columns(ofOrders, troubleCommands)}

\`completeWithEvidence\` is sent against the evidence, with a reason; a step with results needs those that its system does not show. \`claim\` and \`release\` change who takes care of the fallout, never the order. On hold what a person decides of the step is taken, and the order goes on when it is resumed. Where the run of the order is gone its service orders go on, and the order itself follows once it is restarted.

## About a service order of its own

${columns(serviceOrderTable, orderCommands)}

Cancelled is it by \`cancelServiceOrder\`. The states are those of \`GET /ops/v1/serviceOrders/{id}\`; \`pendingExternal\` is \`pending\` in TMF641. None is ever \`pending\` there, nor \`partial\`, as it goes back as a whole, nor seen in \`assessingCancellation\`, as its run decides a cancel at once. One that belongs to a product order refuses each of these commands with \`ServiceOrderOfProductOrder\`, in every state.

## About the held step of a service order of its own

${columns(serviceOrderTable, troubleCommands)}

Its steps have no other run than its own: where that is gone, they wait for the restart.

## How it is checked

The tables beside \`test/docs/commandPage.ts\` write this page (\`npx vitest run --project pure test/docs/commands.test.ts -u\`). \`test/e2e/commands.e2e.test.ts\`, \`test/e2e/commandsInTrouble.e2e.test.ts\` and \`test/e2e/commandsServiceOrder.e2e.test.ts\` bring orders into each situation on the running system, give each command, and expect exactly this. \`test/docs/commands.test.ts\` holds what is said of states that never are against the simulation.
`;
