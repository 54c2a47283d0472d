import { describe, expect, test } from 'vitest';
import type { CancelContract } from '../../../api/cancelling/contract.ts';
import { toDomain } from '../../../api/cancelling/toDomain.ts';
import { cancelToTmf } from '../../../api/cancelling/toTmf.ts';
import { linksFrom } from '../../../api/resource.ts';
import { cancelProductOrder } from '../../../api/tmf622/cancelProductOrder.ts';
import { cancelServiceOrder } from '../../../api/tmf641/cancelServiceOrder.ts';
import type { CancelTask } from '../../../drizzle/cancelStore.ts';
import type { JsonObject } from '../../../src/kernel/json.ts';

const links = linksFrom('https://host:port');
const now = '2026-03-05T09:00:00.000Z';

/** The official examples of the contracts, at the addresses where the resources live here. */
const officials = {
  productOrder: {
    id: '789-fsds5-kjp',
    href: 'https://host:port/tmf-api/productOrderingManagement/v4/cancelProductOrder/789-fsds5-kjp',
    cancellationReason: 'Duplicate order',
    effectiveCancellationDate: '2019-04-30T12:58:35.489Z',
    requestedCancellationDate: '2019-04-30T12:56:21.931Z',
    productOrder: {
      id: '45f-98f-ss45',
      href: 'https://host:port/tmf-api/productOrderingManagement/v4/productOrder/45f-98f-ss45',
      '@referredType': 'ProductOrder',
    },
    state: 'done',
    '@type': 'CancelProductOrder',
  },
  serviceOrder: {
    id: '789-fsds5-kjp',
    href: 'https://host:port/tmf-api/serviceOrdering/v4/cancelServiceOrder/789-fsds5-kjp',
    cancellationReason: 'Duplicate service order',
    effectiveCancellationDate: '2019-04-30T12:58:35.489Z',
    requestedCancellationDate: '2019-04-30T12:56:21.931Z',
    serviceOrder: {
      id: '45f-98f-ss45',
      href: 'https://host:port/tmf-api/serviceOrdering/v4/serviceOrder/45f-98f-ss45',
      '@referredType': 'ServiceOrder',
    },
    state: 'done',
    '@type': 'CancelServiceOrder',
  },
} as const;

const taskOf = (contract: CancelContract, body: unknown, more: Partial<CancelTask> = {}): CancelTask => ({
  ...{ id: '789-fsds5-kjp', kind: contract.kind, client: 'local', state: 'acknowledged', version: 1 },
  ...{ accepted: false, code: null, message: null, createdAt: now, effectiveAt: null },
  ...toDomain(contract, body, now),
  ...more,
});
const shown = (contract: CancelContract, body: unknown, more: Partial<CancelTask> = {}): JsonObject =>
  cancelToTmf(contract)(taskOf(contract, body, more), links);

describe.each([cancelProductOrder, cancelServiceOrder])('$name', (contract) => {
  const { kind } = contract;
  const official = officials[kind];
  const asked = { [kind]: { id: '45f-98f-ss45' } };
  const refused = (body: unknown, code: string, path?: string) =>
    expect(() => toDomain(contract, body, now)).toThrow(
      expect.objectContaining({ refusal: expect.objectContaining({ code, ...(path && { path }) }) }),
    );

  test('the official example reads as a wish, and is answered as it stands in the contract', () => {
    const done = { state: 'done', effectiveAt: '2019-04-30 12:58:35.489+00' } as const;
    expect(shown(contract, official, done)).toEqual(official);
    expect(contract.answered.safeParse(official).success).toBe(true);
  });

  test('the order alone is enough', () => {
    expect(toDomain(contract, asked, now)).toEqual({
      ...{ target: '45f-98f-ss45', reason: null, requestedAt: null },
      carried: { order: {} },
    });
    const answered = shown(contract, asked);
    expect(Object.keys(answered).sort()).toEqual(['@type', 'href', 'id', kind, 'state'].sort());
    expect(contract.answered.safeParse(answered).success).toBe(true);
  });

  test('what the client said comes back as it went in; what only we say is ignored', () => {
    const wish = {
      ...{ ...asked, '@type': 'FraudCancel', '@baseType': contract.type },
      requestedCancellationDate: '2026-03-05T10:00:00+01:00',
      [kind]: { id: 'O-1', name: 'First order', '@referredType': 'Order', href: 'http://elsewhere/1' },
    };
    const echoed = { ...wish, id: 'X', state: 'done', effectiveCancellationDate: now, errorMessage: {} };
    expect(toDomain(contract, echoed, now)).toMatchObject({ target: 'O-1', requestedAt: now });
    expect(shown(contract, echoed)).toMatchObject({
      ...wish,
      id: '789-fsds5-kjp',
      [kind]: { name: 'First order', '@referredType': 'Order', href: links.href(kind, 'O-1') },
    });
  });

  test('a task that was refused says why; one that is done may say what became of it', () => {
    const why = { code: 'PointOfNoReturn', message: 'item 1.1 stands' };
    const no = shown(contract, asked, { state: 'terminatedWithError', ...why });
    expect(no).toMatchObject({
      state: 'terminatedWithError',
      errorMessage: { ...why, reason: 'The order was not cancelled' },
    });
    expect(no).not.toHaveProperty('completionMessage');
    expect(contract.answered.safeParse(no).success).toBe(true);
    const yes = shown(contract, asked, { state: 'done', message: 'item 1.1 stands', effectiveAt: now });
    expect(yes).toMatchObject({ completionMessage: 'item 1.1 stands', effectiveCancellationDate: now });
    expect(yes).not.toHaveProperty('errorMessage');
  });

  test.each([
    ['no order', {}, kind],
    ['an order without an id', { [kind]: {} }, `${kind}.id`],
    ['an order that is a text', { [kind]: 'O-1' }, kind],
    ['an id that is a number', { [kind]: { id: 1 } }, `${kind}.id`],
    ['a reason that is a number', { ...asked, cancellationReason: 7 }, 'cancellationReason'],
    [
      'a date without a time',
      { ...asked, requestedCancellationDate: '2026-03-05' },
      'requestedCancellationDate',
    ],
    ['null', { ...asked, cancellationReason: null }, 'cancellationReason'],
    ['an attribute that nobody knows', { ...asked, item: ['1.2'] }, undefined],
    ['an item of the order', { [kind]: { id: 'O-1', [`${kind}Item`]: [{ id: '1.2' }] } }, kind],
    ['a list', [asked], undefined],
    ['nothing', null, undefined],
  ])('%s is refused', (_, body, path) => refused(body, 'BodyInvalid', path));

  test('a date that has not come is refused; clocks that differ by seconds are not', () => {
    const at = (requestedCancellationDate: string) => ({ ...asked, requestedCancellationDate });
    refused(at('2026-03-05T09:01:00Z'), 'ChangeUnsupported', 'requestedCancellationDate');
    refused(at('2026-03-05T08:30:00-01:00'), 'ChangeUnsupported', 'requestedCancellationDate');
    expect(toDomain(contract, at('2026-03-05T09:00:20Z'), now)).toMatchObject({ target: '45f-98f-ss45' });
  });
});

test('each contract has its own word for a task that was only taken', () => {
  const stateOf = (contract: CancelContract) => shown(contract, { [contract.kind]: { id: 'O' } }).state;
  expect([stateOf(cancelProductOrder), stateOf(cancelServiceOrder)]).toEqual(['acknowledged', 'accepted']);
});
