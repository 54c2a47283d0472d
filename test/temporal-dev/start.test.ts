import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { freePort, isPortFree, portTrouble } from '../../temporal-dev/ports.ts';
import { createProgress } from '../../temporal-dev/progress.ts';
import { nodeTrouble, parseSettings } from '../../temporal-dev/settings.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function takenPort(host: string): Promise<number> {
  const port = await freePort();
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen({ host, port }, resolve));
  return port;
}

describe('ports', () => {
  test('a taken port is one sentence that names the port, its variable and what to do', async () => {
    const port = await takenPort('127.0.0.1');
    expect(await portTrouble({ TEMPORAL_PORT: await freePort(), API_PORT: port })).toBe(
      `Port ${port} (API_PORT) is taken: stop the program that listens there, or set API_PORT to another port.`,
    );
  });

  test('a port that is taken on all addresses is taken', async () => {
    expect(await isPortFree(await takenPort('0.0.0.0'))).toBe(false);
  });

  test('two servers cannot share a port', async () => {
    const port = await freePort();
    expect(await portTrouble({ API_PORT: port, NETWORK_PORT: port })).toBe(
      `Port ${port} is wanted by both API_PORT and NETWORK_PORT: give each a port of its own.`,
    );
  });

  test('free ports are no trouble', async () => {
    expect(await portTrouble({ API_PORT: await freePort(), NETWORK_PORT: await freePort() })).toBeUndefined();
  });
});

describe('settings', () => {
  test('every port and the directory have a variable', () => {
    const parsed = parseSettings(['--fresh'], {
      API_PORT: '1',
      TEMPORAL_PORT: '2',
      TEMPORAL_UI_PORT: '3',
      NETWORK_PORT: '4',
      POSTGRES_PORT: '5',
      DIALTONE_DIR: '/somewhere',
    });
    expect(parsed).toMatchObject({
      ok: true,
      settings: {
        directory: '/somewhere',
        ports: { api: 1, temporal: 2, temporalUi: 3, network: 4, postgres: 5 },
        fresh: true,
      },
    });
  });

  test('an empty variable means the default', () => {
    expect(parseSettings([], { API_PORT: '' })).toMatchObject({
      ok: true,
      settings: { ports: { api: 8080 } },
    });
  });

  test.each(['no', '0', '65536', '80.5'])('a port of %s is refused by name', (text) => {
    expect(parseSettings([], { NETWORK_PORT: text })).toEqual({
      ok: false,
      trouble: `NETWORK_PORT is "${text}", but must be a port from 1 to 65535.`,
    });
  });

  test('an unknown argument is refused by name', () => {
    expect(parseSettings(['--frehs'], {})).toEqual({
      ok: false,
      trouble: 'npm start does not know --frehs; npm start -- --help says what it knows.',
    });
  });

  test.each([
    ['v20.19.0', undefined],
    ['v22.1.0', undefined],
    ['v20.18.3', 'Dialtone needs Node 20.19 or newer, this is v20.18.3.'],
    ['v18.20.0', 'Dialtone needs Node 20.19 or newer, this is v18.20.0.'],
  ])('Node %s: %s', (version, trouble) => {
    expect(nodeTrouble(version)).toBe(trouble);
  });
});

describe('progress', () => {
  const recording = () => {
    const written: string[] = [];
    return { written, output: { isTTY: false as const, write: (text: string) => written.push(text) > 0 } };
  };

  test('a stage ends in one line with its time', async () => {
    const { written, output } = recording();
    const result = await createProgress(output as never).stage('Postgres', async () => 7);
    expect(result).toBe(7);
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^ {2}Postgres +0\.\d s {2}ready\n$/);
  });

  test('a stage that fails says so and passes the reason on', async () => {
    const { written, output } = recording();
    const failing = createProgress(output as never).stage('API', () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(written.join('')).toMatch(/API +0\.\d s {2}failed\n$/);
  });
});
