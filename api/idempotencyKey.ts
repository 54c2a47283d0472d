import type { ApiContext } from './deps.ts';
import { refuse } from './problem.ts';

/** The key under which a client may repeat a request without a second effect. */
export function idempotencyKey(c: ApiContext): string | undefined {
  const key = c.req.header('idempotency-key');
  if (key === undefined || /^[\x20-\x7e]{1,255}$/.test(key)) return key;
  return refuse('IdempotencyKeyInvalid', 'a key has 1 to 255 printable ASCII characters', {
    path: 'Idempotency-Key',
  });
}
