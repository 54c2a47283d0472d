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
    retryNow: () => Promise.resolve({ type: 'unanswered' }),
    abort: () => Promise.resolve({ type: 'unanswered' }),
    abortServiceOrder: () => Promise.resolve({ type: 'unanswered' }),
  },
  startServiceOrder: () => undefined,
  tellCancel: () => undefined,
  temporalReachable: () => true,
  schemaIsCurrent: () => schemaIsCurrent(db),
});
