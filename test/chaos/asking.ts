import { commandIdOf } from '../../src/operator/audit.ts';
import type { Draw } from '../kernel/random.ts';
import { pause } from './pause.ts';
import type { BadAnswer } from './traffic.ts';

/** One command of a person, with all the answers that are documented for it. */
export interface Ask {
  /** As the report counts it. */
  readonly what: string;
  readonly method?: 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  /** The status that says it was carried out, or taken. */
  readonly done: number;
  /** Codes of refusals; none other is proper. */
  readonly refused: readonly string[];
  /** The audit names a command about a fallout by that, too. */
  readonly fallout?: string;
}

/** A definite answer, as its client keeps it. */
export interface Answered {
  readonly key: string;
  readonly what: string;
  /** The command's row in the audit, if it left one. */
  readonly audit: string;
  readonly isDone: boolean;
  /** Of a refusal. */
  readonly code?: string;
  /** Of the task that was made, where the command makes one. */
  readonly task?: string;
}

/** What nobody can tell at the moment is no answer yet: the same key may be sent again. */
const notYet: readonly string[] = ['DatabaseUnavailable', 'CommandUnanswered'];

interface Judged {
  /** As the report has it. */
  readonly counted: string;
  /** Absent where nobody can tell yet. */
  readonly answer?: Answered;
  readonly isBad: boolean;
}

/** Anything but what is documented for the command is bad. */
export function judged(ask: Ask, key: string, status: number, text: string): Judged {
  const { code, id } = textIn(text);
  if (status === 503 && notYet.includes(code ?? '')) return { counted: code ?? '', isBad: false };
  const isDone = status === ask.done;
  const commandId = commandIdOf('local', key);
  const answer: Answered = {
    ...{ key, what: ask.what, isDone },
    audit: ask.fallout === undefined ? commandId : `${ask.fallout}:${commandId}`,
    ...(!isDone && code !== undefined && { code }),
    ...(isDone && status === 201 && id !== undefined && { task: id }),
  };
  const counted = isDone ? 'done' : (code ?? String(status));
  return { counted, answer, isBad: !isDone && (status >= 500 || !ask.refused.includes(code ?? '')) };
}

function textIn(text: string): { readonly code?: string; readonly id?: string } {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

const triesMax = 5;
const againAfterMs = 700;

export type Asking = ReturnType<typeof createAsking>;

/** Sends commands as people do: most are repeated under their key until there is an answer, some once more after that. */
export function createAsking(apiUrl: string, draw: Draw) {
  const answers: Answered[] = [];
  const badAnswers: BadAnswer[] = [];
  const counts: Record<string, number> = {};
  let keys = 0;
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };

  const note = (ask: Ask, key: string, status: number, text: string): Answered | undefined => {
    const { counted, answer, isBad } = judged(ask, key, status, text);
    count(`${ask.what} ${counted}`);
    if (isBad) badAnswers.push({ key, what: `${ask.what} ${ask.path} was answered ${status}: ${text}` });
    if (answer !== undefined) answers.push(answer);
    return answer;
  };

  /** Undefined where nobody knows yet what came of it. */
  const send = async (ask: Ask, key: string): Promise<Answered | undefined> => {
    const sent = fetch(`${apiUrl}${ask.path}`, {
      method: ask.method ?? 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      ...(ask.body && { body: JSON.stringify(ask.body) }),
    });
    const reply = await sent
      .then(async (response) => ({ status: response.status, text: await response.text() }))
      .catch(() => undefined);
    if (reply !== undefined) return note(ask, key, reply.status, reply.text);
    count(`${ask.what} without an answer`);
    return undefined;
  };

  return {
    answers,
    badAnswers,
    counts: () => counts,
    count,
    draw,

    async ask(ask: Ask): Promise<void> {
      keys += 1;
      const key = `people-${keys}`;
      const tries = draw(4) === 0 ? 1 : triesMax;
      let answer = await send(ask, key);
      for (let tried = 1; tried < tries && answer === undefined; tried += 1) {
        await pause(againAfterMs);
        answer = await send(ask, key);
      }
      if (answer !== undefined && draw(5) === 0) await send(ask, key);
    },

    /** What somebody reads before a command; nothing while there is no answer. */
    // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by those who ask
    async list(path: string): Promise<readonly any[]> {
      const reply = await fetch(`${apiUrl}${path}`).catch(() => undefined);
      if (reply === undefined || reply.status === 503) return [];
      if (reply.ok) return (await reply.json().catch(() => [])) as readonly object[];
      badAnswers.push({ key: path, what: `${path} was answered ${reply.status}` });
      return [];
    },
  };
}
