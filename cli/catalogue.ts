import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { call, dialtoneUrl } from './http.ts';

/** Saves all documents of all files in one go: the catalogue takes all of them or none. */
export async function saveCatalogue(paths: readonly string[]): Promise<number> {
  if (paths.length === 0) {
    console.error('name the YAML files to save: npm run catalogue -- FILE');
    return 2;
  }
  const files: string[] = [];
  for (const path of paths) {
    const found = filesBelow(path);
    if (typeof found === 'string') {
      console.error(found);
      return 1;
    }
    files.push(...found);
  }
  const documents: unknown[] = [];
  for (const file of files) {
    const read = documentsOf(file);
    if (typeof read === 'string') {
      console.error(read);
      return 1;
    }
    documents.push(...read);
  }
  return save(documents);
}

async function save(documents: readonly unknown[]): Promise<number> {
  const { status, body } = await call(`${dialtoneUrl()}/ops/v1/catalogue`, { documents });
  if (status === 201 || status === 200) {
    const what = `${documents.length} catalogue ${documents.length === 1 ? 'entry' : 'entries'}`;
    console.log(
      body.changed ? `${what} saved; the catalogue is now ${body.hash.slice(0, 12)}` : `${what}: nothing new`,
    );
    return 0;
  }
  console.error(`refused: ${body.message ?? body.reason}`);
  for (const { entry, path, code, message } of body.details ?? []) {
    console.error(`  ${[entry, path].filter(Boolean).join(' ')}: ${message} (${code})`);
  }
  return 1;
}

/** A string is why not. */
function filesBelow(path: string): string[] | string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return `there is no file ${path}`;
  if (!stat.isDirectory()) return [path];
  const files = readdirSync(path).filter((name) => /\.ya?ml$/.test(name));
  return files.length > 0 ? files.sort().map((name) => join(path, name)) : `there is no YAML file in ${path}`;
}

function documentsOf(file: string): unknown[] | string {
  const documents = parseAllDocuments(readFileSync(file, 'utf8'));
  const [error] = documents.flatMap((document) => document.errors);
  return error ? `${file}: ${error.message}` : documents.map((document) => document.toJS() as unknown);
}
