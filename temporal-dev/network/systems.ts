import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { accept } from './faults.ts';

const range = z
  .strictObject({ kind: z.literal('range'), from: z.int(), to: z.int() })
  .refine(({ from, to }) => from <= to, 'a range must not end before it begins');

/** `lengthFrom` names the value that gives the prefix length. */
const prefix = z.strictObject({
  kind: z.literal('prefix'),
  pool: z.cidrv4(),
  lengthFrom: z.string().min(1),
});

/** Other parts of the workbench keep their own settings in the same entries; the network ignores them. */
const system = z.object({
  allocates: z.record(z.string(), z.discriminatedUnion('kind', [range, prefix])).default({}),
  callbackSecret: z.string().startsWith('whsec_').optional(),
  /** How it usually answers a write: it takes it, and reports later. */
  accepts: accept.optional(),
});

const systemsFile = z.object({ systems: z.record(z.string(), system) });

export type Range = z.infer<typeof range>;
export type Prefix = z.infer<typeof prefix>;
export type SystemSettings = z.infer<typeof system>;
export type Systems = Readonly<Record<string, SystemSettings>>;

export const parseSystems = (content: unknown): Systems => systemsFile.parse(content).systems;

export const loadSystems = (path: string): Systems => parseSystems(JSON.parse(readFileSync(path, 'utf8')));
