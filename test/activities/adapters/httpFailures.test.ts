import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHttpAdapter } from '../../../activities/adapters/http.ts';
import type { StepCall } from '../../../src/activation/adapter.ts';

/** A server that answers exactly what a test tells it to, however wrong. */
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let requests: IncomingMessage[];
beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

const signal = new AbortController().signal;
const call: StepCall = {
  key: 'k',
  object: 'a/b',
  values: { n: 1 },
  expect: { version: '7' },
  correlationId: 'c',
};
const addressOf = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/systems/x`;
const adapter = (timeoutMs = 1_000) => createHttpAdapter({ address: addressOf(), timeoutMs });
const answers = (status: number, body = '', headers: Record<string, string> = {}) => {
  answer = (_, response) => response.writeHead(status, headers).end(body);
};
const present = { object: 'a/b', values: { n: 1 }, results: {}, version: '8', key: 'k' };

test('a request carries its key, its condition and its correlation id, and is sent once', async () => {
  answers(200, JSON.stringify(present));
  await adapter().apply(call, signal);
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({ method: 'PUT', url: '/systems/x/objects/a%2Fb' });
  expect(requests[0]?.headers).toMatchObject({
    'idempotency-key': 'k',
    'if-match': '"7"',
    'x-correlation-id': 'c',
    'content-type': 'application/json',
  });
});

describe('a definite no is returned', () => {
  test.each([
    [412, '{"code":"exists","message":"m"}', 'conflict', 'exists'],
    [412, '{"code":"changed","message":"m"}', 'drift', 'changed'],
    [412, '', 'drift', 'http412'],
    [422, '{"code":"noCapacity","message":"m"}', 'refused', 'noCapacity'],
    [409, '{"code":"busyPort"}', 'refused', 'busyPort'],
    [422, 'no json', 'refused', 'http422'],
    [422, '{"code":"with spaces and <b>"}', 'refused', 'http422'],
    [400, '{"code":"invalid","message":"m"}', 'invalid', 'invalid'],
    [401, '', 'invalid', 'http401'],
    [404, '<html>nothing here</html>', 'invalid', 'http404'],
    [413, '', 'invalid', 'http413'],
    [428, '{"code":"preconditionMissing","message":"m"}', 'invalid', 'preconditionMissing'],
  ])('%i %s is %s, code %s', async (status, body, refusalClass, code) => {
    answers(status, body);
    const refused = { type: 'refused', class: refusalClass, code };
    expect(await adapter().apply(call, signal)).toMatchObject(refused);
    expect(await adapter().revoke(call, signal)).toMatchObject(refused);
  });

  test('a refusal larger than we read is still a refusal', async () => {
    answers(422, 'x'.repeat(2_000_000));
    expect(await adapter().apply(call, signal)).toMatchObject({ class: 'refused', code: 'http422' });
  });
});

describe('busy and down say when to come back', () => {
  test.each([
    [429, '5', 'busy', 5_000],
    [503, '0', 'down', 0],
    [503, '99999', 'down', 3_600_000],
    [429, 'Wed, 21 Oct 2015 07:28:00 GMT', 'busy', 0],
    [429, 'soon', 'busy', undefined],
  ])('%i with Retry-After %s is %s', async (status, retryAfter, failure, retryAfterMs) => {
    answers(status, '', { 'retry-after': retryAfter });
    const expected = { failure, code: `http${status}`, retryAfterMs };
    await expect(adapter().apply(call, signal)).rejects.toMatchObject(expected);
    await expect(adapter().read(call, signal)).rejects.toMatchObject(expected);
  });

  test('a date in the future is awaited', async () => {
    answers(503, '', { 'retry-after': new Date(Date.now() + 60_000).toUTCString() });
    const failed = await adapter()
      .apply(call, signal)
      .catch((error: unknown) => error);
    const { retryAfterMs } = failed as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(50_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });
});

describe('an answer that tells nothing leaves the call in doubt', () => {
  test.each([
    [500, '', 'http500'],
    [502, '<html>', 'http502'],
    [504, '{"code":"upstream","message":"m"}', 'upstream'],
    [408, '', 'http408'],
    [302, '', 'http302'],
    [204, '', 'http204'],
    [200, 'no json', 'answerInvalid'],
    [200, '', 'answerInvalid'],
    [200, '[]', 'answerInvalid'],
    [201, '{"object":"a/b","values":{},"version":8}', 'answerInvalid'],
    [201, '{"object":"a/b","values":{"n":1e999},"version":"8"}', 'answerInvalid'],
    [200, JSON.stringify({ ...present, object: 'other' }), 'answerInvalid'],
    [200, JSON.stringify({ ...present, values: { n: 'x'.repeat(1_100_000) } }), 'answerTooLarge'],
  ])('%i %.40s, code %s', async (status, body, code) => {
    answers(status, body, { location: addressOf() });
    const expected = { name: 'CallFailed', failure: 'noAnswer', code };
    await expect(adapter().apply(call, signal)).rejects.toMatchObject(expected);
    expect(requests).toHaveLength(1);
  });

  test('a deletion that is not confirmed', async () => {
    answers(200, '{"deleted":false}');
    const expected = { failure: 'noAnswer', code: 'answerInvalid' };
    await expect(adapter().revoke(call, signal)).rejects.toMatchObject(expected);
  });

  test('a read that is refused', async () => {
    answers(403, '');
    await expect(adapter().read(call, signal)).rejects.toMatchObject({
      failure: 'noAnswer',
      code: 'http403',
    });
  });

  test('a connection reset after the request, and in the middle of the answer', async () => {
    const expected = { failure: 'noAnswer', code: 'ECONNRESET' };
    answer = (request) => request.socket.resetAndDestroy();
    await expect(adapter().apply(call, signal)).rejects.toMatchObject(expected);
    answer = (request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"object"', () => request.socket.destroy());
    };
    await expect(adapter().apply(call, signal)).rejects.toMatchObject(expected);
    expect(requests).toHaveLength(2);
  });

  test('a reset of a connection that was kept alive', async () => {
    const one = adapter();
    answers(200, JSON.stringify(present));
    await one.apply(call, signal);
    answer = (request) => request.socket.resetAndDestroy();
    await expect(one.apply(call, signal)).rejects.toMatchObject({ failure: 'noAnswer' });
    expect(requests[1]?.socket).toBe(requests[0]?.socket);
  });

  test('silence, and an answer that never ends', async () => {
    const expected = { failure: 'noAnswer', code: 'timeout' };
    answer = () => {};
    await expect(adapter(40).apply(call, signal)).rejects.toMatchObject(expected);
    answer = (_, response) => void response.writeHead(200).write('{');
    await expect(adapter(40).apply(call, signal)).rejects.toMatchObject(expected);
  });
});

describe('a call that never left is not sent', () => {
  test('nobody listens', async () => {
    const one = adapter();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
    const expected = { failure: 'notSent', code: 'ECONNREFUSED' };
    await expect(one.apply(call, signal)).rejects.toMatchObject(expected);
    await expect(one.read(call, signal)).rejects.toMatchObject(expected);
  });

  test('no such host', async () => {
    const one = createHttpAdapter({ address: 'http://nowhere.invalid/systems/x', timeoutMs: 1_000 });
    await expect(one.apply(call, signal)).rejects.toMatchObject({ failure: 'notSent' });
  });
});
