import { z } from 'zod';
import { idPattern } from '../kernel/ids.ts';
import { errorClasses, lastResorts } from '../serviceOrder/recovery.ts';
import { durationMs, durationPattern } from './durations.ts';
import { limits } from './limits.ts';
import { type CatalogEntry, type CatalogRefusal, characteristicTypes, failureModes } from './model.ts';

/** What CEL reserves or what every object of the language inherits cannot name anything. */
const reserved = new Set([
  ...'as break const continue else false for function if import in let loop null package'.split(' '),
  ...'namespace return true var void while __proto__'.split(' '),
  ...Object.getOwnPropertyNames(Object.prototype),
]);
const isFree = (text: string) => !reserved.has(text) && !/^\.+$/.test(text);

const id = z
  .string()
  .regex(idPattern, 'an id has 1 to 64 characters of A-Z a-z 0-9 . _ -')
  .refine(isFree, 'the word is reserved');
const name = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'a name is a letter followed by letters, digits or _, at most 64')
  .refine(isFree, 'the word is reserved');
const label = z.string().min(1).max(limits.nameLength).exactOptional();
const version = z.string().min(1).max(limits.idLength).default('1');
const expression = z.string('must be an expression, written as a text');
const expressions = z.record(name, expression).default({});
const value = z.union([z.string(), z.number(), z.boolean()], 'must be a text, a number, true or false');
const values = z.array(value).exactOptional();
const bound = z.number().exactOptional();
const flag = z.boolean().exactOptional();

const characteristic = z.strictObject({
  type: z.enum(characteristicTypes),
  min: bound,
  max: bound,
  values,
  maxLength: z.int().positive().max(limits.textCharacters).exactOptional(),
  default: value.exactOptional(),
  required: z.boolean().default(false),
});
const characteristics = z.record(name, characteristic).default({});

const duration = z
  .string()
  .regex(durationPattern, {
    error: 'a duration is a number and a unit, such as 500ms, 2s, 5m, 2h or 3d',
    abort: true,
  })
  .refine((text) => durationMs(text) <= limits.durationMs, 'a duration has at most 366 days');

const step = z.strictObject({
  system: id,
  object: expression,
  values: expressions,
  results: expressions,
  after: z.array(name).default([]),
  verify: z.enum(['always', 'never']).default('always'),
  optional: flag,
  pointOfNoReturn: flag,
  reports: z.strictObject({ within: duration, poll: duration }).exactOptional(),
});

const recoveryRow = z.strictObject({
  system: id.exactOptional(),
  step: name.exactOptional(),
  class: z.enum(errorClasses).exactOptional(),
  code: z.string().regex(idPattern, 'a code has 1 to 64 characters of A-Z a-z 0-9 . _ -').exactOptional(),
  retry: z
    .strictObject({
      attempts: z.int().positive().max(limits.retryAttempts),
      from: duration,
      upTo: duration,
    })
    .exactOptional(),
  // biome-ignore lint/suspicious/noThenProperty: the author's word, never a function.
  then: z.enum(lastResorts),
});

const serviceSpecification = z.strictObject({
  serviceSpecification: id,
  name: label,
  version,
  domain: id,
  characteristics,
  reliesOn: z.record(name, z.strictObject({ specification: id })).default({}),
  steps: z.record(name, step),
  results: expressions,
  recovery: z.array(recoveryRow).exactOptional(),
});

const productSpecification = z.strictObject({
  productSpecification: id,
  name: label,
  version,
  characteristics,
  services: z
    .array(
      z.strictObject({
        specification: id,
        when: expression.default('true'),
        map: expressions,
        optional: flag,
      }),
    )
    .default([]),
});

const productOffering = z.strictObject({
  productOffering: id,
  name: label,
  version,
  lifecycle: z.enum(['active', 'retired']).default('active'),
  specification: id,
  fixes: z.record(name, value).default({}),
  allows: z.record(name, z.strictObject({ values, min: bound, max: bound })).default({}),
  bundles: z.array(z.strictObject({ offering: id, optional: flag })).default([]),
  onFailure: z.enum(failureModes).exactOptional(),
});

const kinds = ['serviceSpecification', 'productSpecification', 'productOffering'] as const;
type Kind = (typeof kinds)[number];

export type ParsedEntry =
  | { readonly ok: true; readonly entry: CatalogEntry }
  | { readonly ok: false; readonly refusal: CatalogRefusal };

/** One document as an author writes it, with its defaults filled in; what is not known is refused. */
export function parseAuthored(document: unknown): ParsedEntry {
  const kind = kindOf(document);
  if (kind === undefined) {
    return refuse('unknownKind', 'document', '', `a document has exactly one of ${kinds.join(', ')}`);
  }
  const parsed = parseKind(kind, document);
  if (parsed.success) return { ok: true, entry: parsed.data };
  return malformed(`${kind}/${idOf(kind, document)}`, parsed.error.issues);
}

function parseKind(kind: Kind, document: unknown) {
  switch (kind) {
    case 'serviceSpecification':
      return serviceSpecification
        .transform(({ serviceSpecification: id, ...rest }) => ({ kind, id, ...rest, name: rest.name ?? id }))
        .safeParse(document);
    case 'productSpecification':
      return productSpecification
        .transform(({ productSpecification: id, ...rest }) => ({ kind, id, ...rest, name: rest.name ?? id }))
        .safeParse(document);
    case 'productOffering':
      return productOffering
        .transform(({ productOffering: id, ...rest }) => ({ kind, id, ...rest, name: rest.name ?? id }))
        .safeParse(document);
  }
}

function kindOf(document: unknown): Kind | undefined {
  if (typeof document !== 'object' || document === null) return undefined;
  const named = kinds.filter((kind) => Object.hasOwn(document, kind));
  return named.length === 1 ? named[0] : undefined;
}

function idOf(kind: Kind, document: unknown): string {
  const given = (document as Readonly<Record<string, unknown>>)[kind];
  return typeof given === 'string' && idPattern.test(given) ? given : '?';
}

const issuesShown = 5;

function malformed(entry: string, issues: readonly z.core.$ZodIssue[]): ParsedEntry {
  const found = issues.flatMap(placesOf).slice(0, issuesShown);
  const [first] = found;
  const message = found
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
    .join('; ');
  return refuse(first?.code ?? 'malformed', entry, first?.path ?? '', message);
}

/** A key nobody knows is reported at its own place, not at its parent's. */
function placesOf(issue: z.core.$ZodIssue) {
  const at = (...more: readonly PropertyKey[]) => [...issue.path, ...more].map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ code: 'unknownKey', path: at(key), message: 'is not known here' }));
  }
  const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [{ code: 'malformed', path: at(), message }];
}

const refuse = (code: string, entry: string, path: string, message: string): ParsedEntry => ({
  ok: false,
  refusal: {
    type: 'CatalogInvalid',
    code,
    entry,
    path: path.slice(0, 300),
    message: message.slice(0, 2_000),
  },
});
