import type { CommandAnswer } from '../../../src/operator/answer.ts';
import type { OperatorDoor } from '../../../workflows/client.ts';

export interface Sent {
  readonly to: object;
  readonly command: string;
  readonly audit: string;
}

/** A door that keeps what passes, and answers as it is told. */
export function scriptedDoor() {
  const sent: Sent[] = [];
  let answer: CommandAnswer | ((one: Sent) => Promise<CommandAnswer>) = { type: 'done' };
  const pass = (to: object, command: string, audit: string): Promise<CommandAnswer> => {
    const one = { to, command, audit };
    sent.push(one);
    return typeof answer === 'function' ? answer(one) : Promise.resolve(answer);
  };
  const operate: OperatorDoor = {
    commandStep: pass,
    commandOrder: pass,
    commandServiceOrder: pass,
    rejoin: pass,
  };
  return {
    operate,
    sent,
    answers: (next: typeof answer) => {
      answer = next;
    },
    of: (audit: string) => sent.filter((one) => one.audit === audit),
  };
}

export const refusedAs = (
  type: 'StepInDoubt' | 'HeldAlready',
  message = 'the run says no',
): CommandAnswer => ({
  type: 'refused',
  refusal: { type, message },
});
