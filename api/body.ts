import type { z } from 'zod';
import type { ApiContext } from './deps.ts';
import { parseJson } from './json.ts';
import { pathText, refuse } from './problem.ts';

/** The JSON of a request's body, bounded in size. */
export async function readJson(c: ApiContext, bytesMax: number): Promise<unknown> {
  checkMediaType(c);
  return jsonOf(await readBytes(c, bytesMax));
}

/** Of a request that may do without a body: none is as good as an empty object. */
export function readJsonIfAny(c: ApiContext, bytesMax: number): Promise<unknown> {
  const length = c.req.header('content-length');
  const isUnsaid = length === undefined && c.req.header('transfer-encoding') === undefined;
  const isNone = length === '0' || (isUnsaid && c.req.header('content-type') === undefined);
  return isNone ? Promise.resolve({}) : readJson(c, bytesMax);
}

export const jsonOf = (bytes: Uint8Array): unknown => parseJson(decoded(bytes));

function checkMediaType(c: ApiContext): void {
  const [mediaType, ...parameters] = (c.req.header('content-type') ?? '').toLowerCase().split(';');
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith('charset='));
  if (
    mediaType?.trim() !== 'application/json' ||
    !['utf-8', '"utf-8"', undefined].includes(charset?.slice(8))
  ) {
    refuse('MediaTypeUnsupported', 'send application/json in UTF-8', {
      headers: { Accept: 'application/json' },
    });
  }
  const encoding = c.req.header('content-encoding') ?? 'identity';
  if (encoding !== 'identity') {
    refuse('MediaTypeUnsupported', 'send the body without a content encoding', {
      headers: { 'Accept-Encoding': 'identity' },
    });
  }
}

/** A request's body as it came, bounded in size. */
export async function readBytes(c: ApiContext, bytesMax: number): Promise<Uint8Array> {
  const announced = c.req.header('content-length');
  if (announced !== undefined && Number(announced) > bytesMax) tooLarge(bytesMax);
  if (announced !== undefined && c.req.header('transfer-encoding') === undefined) {
    const bytes = new Uint8Array(await c.req.arrayBuffer());
    return bytes.length > bytesMax ? tooLarge(bytesMax) : bytes;
  }
  return readStream(c.req.raw.body, bytesMax);
}

/** Without an announced length the body is read only as far as the limit. */
async function readStream(body: ReadableStream<Uint8Array> | null, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > bytesMax) tooLarge(bytesMax);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const tooLarge = (bytesMax: number): never => refuse('BodyTooLarge', `a body has at most ${bytesMax} bytes`);

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decoded(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return refuse('BodyMalformed', 'the body is not UTF-8');
  }
}

const detailsMax = 20;

/** The value as its schema reads it; else a refusal that names every place that is wrong. */
export function fitting<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const places = read.error.issues
    .slice(0, detailsMax)
    .map(({ path, message }) => ({ path: pathText(path), message }));
  const [first] = places;
  return refuse('BodyInvalid', first?.message ?? 'it does not fit', {
    path: first?.path ?? '',
    ...(places.length > 1 && { details: places }),
  });
}
