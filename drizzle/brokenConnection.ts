import { textList } from './textList.ts';

/**
 * What the driver makes of a connection that breaks with something still to be sent on it, and how we live with it
 * (https://github.com/porsager/postgres/issues/1208 and 1154, as of 3.4.9).
 */

/**
 * The connection, once made again, holds back what is shorter than 1 KiB for ever, its own greeting included. A
 * greeting longer than that leaves at once, and with it the cause.
 */
export const longGreeting = { 'dialtone.filler': '.'.repeat(1_024) } as const;

/**
 * A new connection would ask for all types of lists before its first statement. When it breaks meanwhile, nobody is
 * there to hear of it, and that ends the process (issues 1192 and 1223): so it asks nothing, and is told ours.
 */
export const asksForNoTypes: { readonly fetch_types: false; readonly types: Record<never, never> } = {
  fetch_types: false,
  types: { textList },
};

const brokenCodes = [
  'CONNECTION_CLOSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
];

function isBroken(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: unknown };
    if (typeof code === 'string' && brokenCodes.includes(code)) return true;
  }
  return false;
}

/**
 * Work in a transaction that failed would be rolled back; on a broken connection that ends the process. Such work
 * never ends: the transaction then fails by the connection's own end, and nothing is sent.
 */
export const neverRolledBackWhenBroken = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    if (isBroken(error)) return new Promise<never>(() => {});
    throw error;
  });
