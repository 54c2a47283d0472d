import { callbackSecretOf, storeCallback } from '../../drizzle/callbackStore.ts';
import { withTenant } from '../../drizzle/client.ts';
import { type Correlation, isMessageId, readCorrelation } from '../../src/activation/callback.ts';
import { jsonOf, readBytes } from '../body.ts';
import type { ApiContext, ApiDeps } from '../deps.ts';
import { errors, mounted, type Operation } from '../operation.ts';
import { refuse } from '../problem.ts';
import { signatureFault } from './signature.ts';

const bodyBytesMax = 65_536;

export const activationRoutes = (deps: ApiDeps) =>
  mounted([
    receiveCallback(deps), // POST /activation/v1/callbacks/{correlationId}  202
  ]);

/** Whatever is signed is stored and answered the same: the sender learns nothing about orders. */
const receiveCallback = (deps: ApiDeps): Operation => ({
  handle: async (c) => {
    const bytes = await readBytes(c, bodyBytesMax);
    const correlation = await signedCorrelation(c, deps, bytes);
    const messageId = c.req.header('webhook-id') ?? '';
    if (!isMessageId(messageId)) {
      refuse('MessageIdInvalid', 'use 1 to 255 printable ASCII characters, none of them a full stop', {
        path: 'webhook-id',
      });
    }
    const received = { ...correlation, messageId, body: jsonOf(bytes) };
    const call = await withTenant(deps.db, correlation.tenant, (tx) =>
      storeCallback(tx, received, deps.config.dispatchDelayMs),
    );
    deps.failpoint?.('callback.stored');
    if (call !== undefined) deps.deliverCallback(call);
    return c.body(null, 202);
  },
  route: {
    method: 'post',
    path: '/activation/v1/callbacks/{correlationId}',
    operationId: 'receiveCallback',
    tags: ['Activation'],
    parameters: [
      { name: 'correlationId', in: 'path', required: true, schema: { type: 'string' } },
      ...['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
        (name) => ({ name, in: 'header', required: true, schema: { type: 'string' } }) as const,
      ),
    ],
    request: { body: { required: true, content: { 'application/json': { schema: {} } } } },
    responses: { 202: { description: 'Stored' }, ...errors(400, 401, 413, 500, 503) },
  },
});

/** A system that does not exist, or has no secret, is a wrong signature like any other. */
async function signedCorrelation(c: ApiContext, deps: ApiDeps, bytes: Uint8Array): Promise<Correlation> {
  const correlation = readCorrelation(c.req.param('correlationId') ?? '');
  const secret = correlation && (await callbackSecretOf(deps.db, correlation.system));
  if (correlation === undefined || secret === undefined) return unsigned();
  const fault = signatureFault(secret, (name) => c.req.header(name), bytes);
  if (fault === undefined) return correlation;
  deps.log.info({ system: correlation.system, fault }, 'a callback was refused');
  return unsigned();
}

const unsigned = (): never => refuse('SignatureInvalid', 'sign the callback with the secret of the system');
