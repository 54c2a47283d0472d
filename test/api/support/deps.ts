import { pino } from 'pino';
import type { ApiDeps } from '../../../api/deps.ts';
import { newOrderId } from '../../../api/orderId.ts';
import type { Database } from '../../../drizzle/client.ts';
import { schemaIsCurrent } from '../../../drizzle/migrate.ts';
import { parseConfig } from '../../../src/config.ts';

export const orders = '/tmf-api/productOrderingManagement/v4/productOrder';

export const testDeps = (db: Database): ApiDeps => ({
  db,
  config: parseConfig({ DATABASE_URL: 'postgres://unused' }),
  log: pino({ level: 'silent' }),
  clock: () => new Date(),
  newOrderId,
  startOrder: () => undefined,
  deliverCallback: () => undefined,
  operate: {
    commandStep: () => Promise.resolve({ type: 'unanswered' }),
    commandOrder: () => Promise.resolve({ type: 'unanswered' }),
    commandServiceOrder: () => Promise.resolve({ type: 'unanswered' }),
    rejoin: () => Promise.resolve({ type: 'unanswered' }),
  },
  look: () => Promise.resolve({ type: 'unavailable', message: 'no system is called here' }),
  startServiceOrder: () => undefined,
  temporalReachable: () => true,
  schemaIsCurrent: () => schemaIsCurrent(db),
});
