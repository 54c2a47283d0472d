import { Webhook } from 'standardwebhooks';

const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

/** Why the body was not signed with this secret just now; undefined when it was. Never tells the secret. */
export function signatureFault(
  secret: string,
  header: (name: string) => string | undefined,
  body: Uint8Array,
): string | undefined {
  const headers = Object.fromEntries(names.map((name) => [name, header(name) ?? '']));
  try {
    new Webhook(secret).verify(Buffer.from(body), headers, { jsonParse: false });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
