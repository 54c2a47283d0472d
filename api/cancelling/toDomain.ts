import type { CancelRequest } from '../../drizzle/cancelStore.ts';
import { inUtc, without } from '../given.ts';
import { refuse } from '../problem.ts';
import type { CancelContract } from './contract.ts';

/** Only the provider sets them; as clients echo them, they are ignored rather than refused. */
const providers = new Set([
  ...['id', 'href', 'state', 'effectiveCancellationDate', 'completionMessage', 'errorMessage'],
]);

/** What clocks of others may be ahead of ours. */
const clockSkewMs = 30_000;

/** The wish in our words; `now` is what its date is held against. */
export function toDomain(
  contract: Pick<CancelContract, 'read'>,
  body: unknown,
  now: string,
): Pick<CancelRequest, 'target' | 'reason' | 'requestedAt' | 'carried'> {
  const { order, cancellationReason, ...carried } = contract.read(asAsked(body));
  const { id, href: _, ...reference } = order;
  const requestedAt = inUtc(carried.requestedCancellationDate) ?? null;
  if (requestedAt !== null && Date.parse(requestedAt) > Date.parse(now) + clockSkewMs) {
    refuse(
      'ChangeUnsupported',
      'an order cannot be cancelled at a later date: send it when the time has come',
      {
        path: 'requestedCancellationDate',
      },
    );
  }
  return {
    target: id,
    reason: cancellationReason ?? null,
    requestedAt,
    carried: { ...carried, order: reference },
  };
}

const asAsked = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && !Array.isArray(body) ? without(body, providers) : body;
