import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The root of this clone, with its links resolved. */
export const repository = fileURLToPath(new URL('..', import.meta.url));

export const inRepository = (...parts: readonly string[]): string => join(repository, ...parts);

const typescriptLoader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Arguments with which Node runs one of our TypeScript files, wherever it is started. */
export const nodeArguments = (file: string, ...args: readonly string[]): readonly string[] => [
  '--import',
  typescriptLoader,
  inRepository(file),
  ...args,
];
