import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerEntry } from '../../../temporal-dev/network/memory.ts';
import { startNetwork } from '../../../temporal-dev/network/server.ts';
import { parseSystems } from '../../../temporal-dev/network/systems.ts';

export const portingSecret = `whsec_${Buffer.from('the secret of the porting system').toString('base64')}`;

export const systems = parseSystems({
  systems: {
    olt: { allocates: { vlan: { kind: 'range', from: 2, to: 5 } } },
    ipam: { allocates: { cidr: { kind: 'prefix', pool: '10.0.0.0/27', lengthFrom: 'length' } } },
    edge: {},
    porting: {
      accepts: { type: 'accept', afterMs: 200, callback: 'once' },
      callbackSecret: portingSecret,
    },
  },
});

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface Sent {
  readonly key?: string | null;
  readonly expect?: 'absent' | string | null;
  readonly values?: unknown;
  readonly wantedResults?: unknown;
  readonly correlationId?: string;
  readonly giveUpAfterMs?: number;
}

export type Bench = Awaited<ReturnType<typeof openBench>>;

let keys = 0;
export const newKey = () => `key-${++keys}`;

/** A network of its own on a free port, with a file that outlives a restart and goes with `close`. */
export async function openBench(callbackUrl = 'http://127.0.0.1:9') {
  const folder = mkdtempSync(join(tmpdir(), 'network-'));
  const file = join(folder, 'network.jsonl');
  const start = () => startNetwork({ host: '127.0.0.1', port: 0, file, systems, callbackUrl });
  let network = await start();

  async function ask(method: string, path: string, init: RequestInit = {}): Promise<Reply> {
    const response = await fetch(network.url + path, { method, ...init });
    return { status: response.status, headers: response.headers, body: (await response.json()) as never };
  }
  const pathOf = (system: string, object: string) =>
    `/systems/${system}/objects/${encodeURIComponent(object)}`;
  const within = (ms: number | undefined) => (ms === undefined ? {} : { signal: AbortSignal.timeout(ms) });

  return {
    file,
    url: () => network.url,
    ask,
    put: (system: string, object: string, sent: Sent = {}) => {
      const { values = {}, wantedResults } = sent;
      const body = JSON.stringify({ values, wantedResults });
      const init = { headers: headersOf({ expect: 'absent', ...sent }), body, ...within(sent.giveUpAfterMs) };
      return ask('PUT', pathOf(system, object), init);
    },
    remove: (system: string, object: string, sent: Sent = {}) =>
      ask('DELETE', pathOf(system, object), { headers: headersOf(sent), ...within(sent.giveUpAfterMs) }),
    get: (system: string, object: string) => ask('GET', pathOf(system, object)),
    faults: (...rules: readonly object[]) =>
      ask('PUT', '/faults', { body: JSON.stringify({ seed: 1, rules }) }),
    /** How often each fault rule was applied. */
    hits: async () => {
      const { rules } = (await ask('GET', '/faults')).body as { rules: { hits: number }[] };
      return rules.map(({ hits }) => hits);
    },
    ledger: async () => (await ask('GET', '/ledger')).body as unknown as LedgerEntry[],
    async restart() {
      await network.close();
      network = await start();
    },
    stop: () => network.close(),
    async start() {
      network = await start();
    },
    async close() {
      await network.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function headersOf({ key = newKey(), expect, correlationId }: Sent): Record<string, string> {
  return {
    ...(key !== null && { 'idempotency-key': key }),
    ...(expect === 'absent' && { 'if-none-match': '*' }),
    ...(expect && expect !== 'absent' && { 'if-match': `"${expect}"` }),
    ...(correlationId && { 'x-correlation-id': correlationId }),
  };
}

export interface Callback {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly text: string;
}

export async function openReceiver() {
  const received: Callback[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    received.push({ path: request.url ?? '', headers: request.headers as Record<string, string>, text });
    response.writeHead(202).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
