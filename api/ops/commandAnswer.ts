import { randomUUID } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { DeskAnswer } from '../../drizzle/operatorDesk.ts';
import { commandIdOf } from '../../src/operator/audit.ts';
import { orderCommands, stepCommands } from '../../src/operator/commands.ts';
import type { Caller } from '../caller.ts';
import { callerOf } from '../caller.ts';
import type { ApiContext } from '../deps.ts';
import { idempotencyKey } from '../idempotencyKey.ts';
import { refuse } from '../problem.ts';

/** Why a person does it. */
export const reason = z.string().trim().min(1).max(500);

export const commandSchema = z
  .object({ command: z.enum([...stepCommands, ...orderCommands]), id: z.string(), commandId: z.string() })
  .openapi('CommandAccepted');

export interface Commander extends Caller {
  /** The client's, or one of ours: repeats the command. */
  readonly key: string;
  readonly commandId: string;
}

/** Who commands, and under which key and id. */
export function commander(c: ApiContext): Commander {
  const caller = callerOf(c.req.raw);
  const key = idempotencyKey(c) ?? randomUUID();
  return { ...caller, key, commandId: commandIdOf(caller.client, key) };
}

/** Refuses unless the command was carried out. */
export function ensureDone(answer: DeskAnswer, key: string): void {
  if (answer.type === 'refused') {
    const { type, message, ...more } = answer.refusal;
    refuse(type, message, more);
  }
  if (answer.type === 'keyReused') {
    const path = 'Idempotency-Key';
    refuse('IdempotencyKeyReused', 'the key belongs to a command with another content', { path });
  }
  if (answer.type === 'unanswered') {
    const headers = { 'Retry-After': '2', 'Idempotency-Key': key };
    refuse('CommandUnanswered', `repeat it with the Idempotency-Key ${key}`, { headers });
  }
}
