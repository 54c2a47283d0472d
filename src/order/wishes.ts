import type { Control } from '../serviceOrder/run.ts';
import type { Command } from './commands.ts';
import { judge } from './failure.ts';
import { leavingItems } from './outcome.ts';
import {
  child,
  inState,
  type OrderCommand,
  type OrderRun,
  runLost,
  type TellCommand,
  withChild,
} from './run.ts';

/** What a person or the client wants of a running order: where that leads, what to tell, what to write down. */
export interface Wished {
  readonly run: OrderRun;
  readonly commands: readonly OrderCommand[];
  readonly controls: readonly Control[];
}

export const unwished = (run: OrderRun): Wished => ({ run, commands: [], controls: [] });

/** Of a command that is allowed. */
export function noteWish(run: OrderRun, event: Command): Wished {
  switch (event.type) {
    case 'HoldRequested':
      return {
        run: { ...run, onHold: true },
        commands: tellAll('holdServiceOrder', listening(run)),
        controls: [{ type: 'held', audit: event.audit }],
      };
    case 'ResumeRequested':
      return { ...resumed(run), controls: [{ type: 'resumed', audit: event.audit }] };
    case 'AbortRequested':
      return abort(run, event.audit);
    case 'RejoinRequested': {
      const now = child(run, event.id);
      const { code: _, needs: __, ...rest } = now;
      return {
        run: withChild(run, event.id, { ...rest, state: now.was ?? 'running' }),
        commands: [{ type: 'rejoinServiceOrder', id: event.id }],
        controls: [{ type: 'rejoined', audit: event.audit, serviceOrder: event.id }],
      };
    }
    case 'CancelRequested':
      return ask(run, event.task);
  }
}

/** Those that run, or waited to: all that would not hear it otherwise. */
const listening = (run: OrderRun): string[] =>
  inState(run, 'running', 'held', 'ready', 'releasing', 'stopping').filter(
    (id) => child(run, id).code !== runLost,
  );

const tellAll = (type: TellCommand, ids: readonly string[]): OrderCommand[] =>
  ids.map((id) => ({ type, id }));

const resumed = (run: OrderRun): Pick<Wished, 'run' | 'commands'> =>
  run.onHold
    ? { run: { ...run, onHold: false }, commands: tellAll('resumeServiceOrder', listening(run)) }
    : { run, commands: [] };

/** An abort ends a hold, and the waiting for answers: what stands says so when it is told to stop. */
function abort(before: OrderRun, audit: string): Wished {
  const { run, commands } = resumed(before);
  const unwanted = judge({ ...run, unwanted: 'aborted' });
  const controls: Control[] = [{ type: 'aborted', audit }];
  if (!run.cancel) return { run: unwanted, commands, controls };
  const { task, asked } = run.cancel;
  return {
    run: { ...unwanted, cancel: { task, phase: 'accepted', asked, awaiting: [] } },
    commands,
    controls: [...controls, { type: 'cancelAccepted', task }],
  };
}

/** Those that were asked and are not taken back go on where they were; some turn out so only later. */
export function free(run: OrderRun): Pick<Wished, 'run' | 'commands'> {
  const { cancel, doomed } = run;
  if (cancel?.phase !== 'accepted') return { run, commands: [] };
  const isDoomed = (id: string) => doomed.includes(id);
  return {
    run: { ...run, cancel: { ...cancel, asked: cancel.asked.filter(isDoomed) } },
    commands: tellAll(
      'goOnServiceOrder',
      cancel.asked.filter((id) => !isDoomed(id)),
    ),
  };
}

/** Each that moves is asked, stands still, and answers from what it has sent. */
function ask(run: OrderRun, task: string): Wished {
  const own = new Set(run.plan.serviceOrders.map(({ id }) => id));
  const isGoing = (id: string) => child(run, id).state === 'stopping' || run.failing.includes(id);
  const asked = listening(run).filter((id) => own.has(id) && !isGoing(id));
  const cancel = { task, phase: 'assessing', asked, awaiting: asked } as const;
  const assessing: OrderRun = { ...run, cancel, tasks: [...run.tasks, task] };
  const decided = decide(assessing);
  return {
    run: decided.run,
    commands: [...tellAll('askServiceOrder', asked), ...decided.commands],
    controls: [{ type: 'cancelAssessed', task }, ...decided.controls],
  };
}

/** One that was asked has answered, or will not any more. */
export function noteAnswer(run: OrderRun, id: string): Wished {
  const { cancel } = run;
  if (!cancel?.awaiting.includes(id)) return unwished(run);
  return decide({ ...run, cancel: { ...cancel, awaiting: cancel.awaiting.filter((one) => one !== id) } });
}

/** Granted if an item goes that would stay without it: what is optional alone does not go. */
function decide(run: OrderRun): Wished {
  const { cancel } = run;
  if (cancel?.phase !== 'assessing' || cancel.awaiting.length > 0) return unwished(run);
  const { task, asked } = cancel;
  const granted = judge({ ...run, unwanted: 'cancelled' });
  const goesAnyway = leavingItems(judge(run));
  if (leavingItems(granted).some((item) => !goesAnyway.includes(item))) {
    return {
      run: { ...granted, cancel: { ...cancel, phase: 'accepted' } },
      commands: [],
      controls: [{ type: 'cancelAccepted', task }],
    };
  }
  return {
    run: { ...run, cancel: null },
    commands: tellAll('goOnServiceOrder', asked),
    controls: [{ type: 'cancelRefused', task, code: 'NothingToTakeBack' }],
  };
}

/** A run that takes over cannot know what the one before it still told those that run: they are told again. */
export function tellAgain(run: OrderRun): OrderCommand[] {
  const all = listening(run);
  const held = tellAll(run.onHold ? 'holdServiceOrder' : 'resumeServiceOrder', all);
  return run.cancel ? held : [...held, ...tellAll('goOnServiceOrder', all)];
}
