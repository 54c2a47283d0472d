import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { createApp } from './app.ts';
import { resumePending } from './behave.ts';
import { createCallbacks, demoCallbackSecret } from './callbacks.ts';
import { openStore } from './store.ts';
import type { Systems } from './systems.ts';
import { createTimers } from './timers.ts';

export interface NetworkOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly file: string;
  readonly systems: Systems;
  /** Callbacks go to `<callbackUrl>/activation/v1/callbacks/{correlationId}`. */
  readonly callbackUrl: string;
  readonly callbackSecret?: string;
}

export interface Network {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

export async function startNetwork(options: NetworkOptions): Promise<Network> {
  let app: ReturnType<typeof createApp> | undefined;
  const server = createAdaptorServer({ fetch: (request, env) => app?.fetch(request, env) }) as Server;
  // Longer than a client keeps an idle connection, so that none is closed under a request.
  server.keepAliveTimeout = 65_000;
  server.listen(options.port, options.host);
  await once(server, 'listening');

  // Only the holder of the port opens the file, and in the same turn: no request comes before it.
  const timers = createTimers();
  try {
    const store = openStore(options.file, options.systems);
    const secretOf = (system: string) =>
      options.systems[system]?.callbackSecret ?? options.callbackSecret ?? demoCallbackSecret;
    const callbacks = createCallbacks({ baseUrl: options.callbackUrl, secretOf, timers });
    const parts = { store, timers, callbacks, systems: options.systems };
    app = createApp(parts);
    resumePending(parts);
    const { port } = server.address() as AddressInfo;
    return {
      url: `http://${options.host}:${port}`,
      port,
      async close() {
        timers.stop();
        const closed = once(server, 'close');
        server.close();
        server.closeAllConnections();
        await closed;
        store.close();
      },
    };
  } catch (error) {
    server.close();
    throw error;
  }
}
