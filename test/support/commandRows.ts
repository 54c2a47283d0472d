import { expect } from 'vitest';
import { type ProblemCode, problems } from '../../api/problem.ts';
import { stepCommands } from '../../src/operator/commands.ts';
import { type Cell, type Command, orderCommands, owningCommands, type Row } from '../docs/commandCells.ts';
import type { Client } from './clientOf.ts';
import { type Desk, withReason } from './desk.ts';
import { eventually } from './eventually.ts';

/** Gives the commands of a row of the tables, and expects of each what the table says. */

/** What a situation takes to be in it. */
export interface Arranged {
  /** What is broken while the order comes into its situation. */
  readonly faults: readonly object[];
  /** Brings another order into it; its id. */
  readonly order: () => Promise<string>;
  /** What a person says with a command there, other than everywhere. */
  readonly bodies?: Partial<Record<Command, object>>;
}

const kinds = {
  productOrder: { path: 'productOrders', filter: 'order' },
  serviceOrder: { path: 'serviceOrders', filter: 'serviceOrder' },
} as const;

const usual: Partial<Record<Command, object>> = {
  editAndRetry: { ...withReason, values: { downstreamMbps: 500 } },
  completeWithEvidence: { ...withReason, againstEvidence: true },
};

const isOneOf = (names: readonly string[], command: Command): boolean => names.includes(command);

export const rowsOf = (kind: keyof typeof kinds, client: Client, desk: Desk) => {
  const { path, filter } = kinds[kind];
  const stand = (order: string): Promise<{ state: string; version: number }> =>
    desk.get(`/ops/v1/${path}/${order}`);
  const reaches = (order: string, state: string) =>
    eventually(async () => expect((await stand(order)).state, order).toBe(state), { withinMs: 60_000 });

  /** The one about its step; without one, the first. */
  async function falloutOf(order: string): Promise<string> {
    const all = await desk.get(`/ops/v1/fallout?${filter}=${order}&state=open,closed`);
    return all.find(({ step }: { step?: string }) => step !== undefined).id;
  }

  /** What became of a command: 201 of a cancel and 200 of a claim are as good as 202. */
  async function give(order: string, command: Command, bodies: Arranged['bodies'] = {}) {
    const { status, body } = await (async () => {
      if (command === 'cancel') return desk.askCancel(kind, order);
      if (isOneOf(orderCommands, command)) return desk.command(`/${path}/${order}/${command}`, withReason);
      const said = bodies[command] ?? usual[command] ?? withReason;
      return desk.command(`/fallout/${await falloutOf(order)}/${command}`, said);
    })();
    const taken = command === 'cancel' ? 201 : isOneOf(owningCommands, command) ? 200 : 202;
    return status === taken ? 'taken' : { status, code: body.code };
  }

  async function expectRefused(order: string, command: Command, code: string, said: Arranged['bodies']) {
    if (command === 'cancel' && isDecidedByRun(code)) {
      const task = await desk.taskReaches(await desk.cancel(kind, order), 'terminatedWithError');
      expect(task.errorMessage.code).toBe(code);
      return;
    }
    const { version } = await stand(order);
    expect(await give(order, command, said), command).toEqual({
      status: problems[code as ProblemCode][0],
      code,
    });
    expect((await stand(order)).version).toBe(version);
  }

  async function expectCell(order: string, command: Command, cell: Cell<string>, said: Arranged['bodies']) {
    if ('code' in cell) return expectRefused(order, command, cell.code, said);
    expect(await give(order, command, said), command).toBe('taken');
    await reaches(order, cell.to);
  }

  /** What the record of a held step lists as allowed is what the table takes. */
  async function expectListed(order: string, cells: Row<string>['cells']): Promise<void> {
    const all = await desk.get(`/ops/v1/fallout?${filter}=${order}`);
    const held = all.find(({ step }: { step?: string }) => step !== undefined);
    if (held === undefined) return;
    const told = [...stepCommands, 'abort' as const].filter((one) => cells[one] != null);
    const listed = told.filter((one) => held.allowedCommands.includes(one));
    expect(listed).toEqual(told.filter((one) => mayBeTaken(cells[one])));
  }

  return {
    reaches,

    /** What leaves the order as it is, is asked of one; every other command has one of its own. */
    async expectRow({ state, cells }: Row<string>, { faults, order, bodies }: Arranged): Promise<void> {
      const given = (Object.entries(cells) as [Command, Cell<string> | null][]).flatMap(([command, cell]) =>
        cell === null ? [] : [{ command, cell }],
      );
      const leavesIt = ({ command, cell }: (typeof given)[number]) =>
        'code' in cell || isOneOf(owningCommands, command);
      const moving = given.filter((one) => !leavesIt(one));
      await client.faults(faults);
      const orders = await Promise.all([...moving, 'the others'].map(() => order()));
      await Promise.all(orders.map((one) => reaches(one, state)));
      await client.faults([]);
      const [last = ''] = orders.splice(moving.length);
      const others = async () => {
        await expectListed(last, cells);
        for (const { command, cell } of given.filter(leavesIt)) await expectCell(last, command, cell, bodies);
        expect((await stand(last)).state).toBe(state);
      };
      await Promise.all([
        others(),
        ...moving.map(({ command, cell }, index) => expectCell(orders[index] ?? '', command, cell, bodies)),
      ]);
    },
  };
};

/** A command that is refused for what was said with it may be taken with something else. */
const refusedAsSaid = ['ResultsUnfit', 'EditUnfit', 'EvidenceMissing', 'EvidenceContradicts'];
const mayBeTaken = (cell: Cell<string> | null | undefined): boolean =>
  cell != null && ('to' in cell || refusedAsSaid.includes(cell.code));

/** Only the run knows how far it is: the task says so. */
const isDecidedByRun = (code: string): boolean => code === 'NothingToTakeBack' || code === 'AbortedAlready';
