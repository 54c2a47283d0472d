import { createServer } from 'node:net';

/** Below 32768, so that no outgoing connection takes the port while its server restarts. */
const firstFreePort = 20_000;
const lastFreePort = 31_999;

const canListen = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRNOTAVAIL'));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });

/** `localhost` may mean either address, so both must be free. */
export const isPortFree = async (port: number): Promise<boolean> =>
  (await canListen('127.0.0.1', port)) && (await canListen('::1', port));

const handedOut = new Set<number>();

export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries += 1) {
    const port = firstFreePort + Math.floor(Math.random() * (lastFreePort - firstFreePort));
    if (handedOut.has(port)) continue;
    if (await isPortFree(port)) {
      handedOut.add(port);
      return port;
    }
  }
  throw new Error(`no free port between ${firstFreePort} and ${lastFreePort}`);
}

/** One sentence for the first port that is taken or asked for twice, else nothing. */
export async function portTrouble(
  portsByVariable: Readonly<Record<string, number>>,
): Promise<string | undefined> {
  const seen = new Map<number, string>();
  for (const [variable, port] of Object.entries(portsByVariable)) {
    const other = seen.get(port);
    if (other !== undefined) {
      return `Port ${port} is wanted by both ${other} and ${variable}: give each a port of its own.`;
    }
    seen.set(port, variable);
    if (!(await isPortFree(port))) {
      return `Port ${port} (${variable}) is taken: stop the program that listens there, or set ${variable} to another port.`;
    }
  }
  return undefined;
}
