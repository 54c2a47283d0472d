import { z } from 'zod';
import { demoCallbackSecret } from './callbacks.ts';
import { startNetwork } from './server.ts';
import { loadSystems } from './systems.ts';

const environment = z.object({
  NETWORK_HOST: z.string().default('127.0.0.1'),
  NETWORK_PORT: z.coerce.number().int().min(0).max(65_535).default(8090),
  NETWORK_FILE: z.string().default('.dialtone/network.jsonl'),
  NETWORK_SYSTEMS: z.string().default('temporal-dev/network/network.json'),
  NETWORK_CALLBACK_URL: z.url().default('http://127.0.0.1:8080'),
  NETWORK_CALLBACK_SECRET: z.string().startsWith('whsec_').default(demoCallbackSecret),
});

async function run(): Promise<void> {
  const env = environment.parse(process.env);
  const network = await startNetwork({
    host: env.NETWORK_HOST,
    port: env.NETWORK_PORT,
    file: env.NETWORK_FILE,
    systems: loadSystems(env.NETWORK_SYSTEMS),
    callbackUrl: env.NETWORK_CALLBACK_URL,
    callbackSecret: env.NETWORK_CALLBACK_SECRET,
  });
  const stop = () => void network.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
  if (process.send) process.send({ type: 'ready', port: network.port });
  else console.log(`the simulated network answers at ${network.url}`);
}

function explain(error: unknown): string {
  if (error instanceof z.ZodError) {
    return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  }
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE') {
    return `port ${process.env.NETWORK_PORT ?? 8090} is taken: stop what listens there, or set NETWORK_PORT`;
  }
  return error.message;
}

run().catch((error: unknown) => {
  console.error(`The simulated network cannot start: ${explain(error)}.`);
  process.exit(1);
});
