import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, test } from 'vitest';
import { bundleWorkflows } from '../activities/workflowBundle.ts';

/** What a reviewer would forget. Every message says what to do instead. */

const root = normalize(join(import.meta.dirname, '..'));
const generated = ['node_modules', '.git', '.dialtone', 'coverage', 'dist'];

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (generated.includes(entry.name)) return [];
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}
const files = filesIn('').filter((file) => !/\.(png|svg|gif|jpg|ico|log)$/.test(file));
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
const isIn = (file: string, ...folders: readonly string[]) =>
  folders.some((folder) => file.startsWith(`${folder}/`));
const sources = files.filter((file) => /\.[cm]?ts$/.test(file));

/** The lines that match, each with what to do instead. */
const linesWith = (among: readonly string[], pattern: RegExp, instead: string): string[] =>
  among.flatMap((file) =>
    textOf(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${instead}`] : [])),
  );

interface Import {
  readonly file: string;
  /** A path from the root, or the name of a package. */
  readonly target: string;
  readonly isLocal: boolean;
  readonly isType: boolean;
}

function importsOf(file: string): Import[] {
  const text = textOf(file);
  const statements = [
    ...text.matchAll(/^(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'/gm),
    ...text.matchAll(/^import\s+(type\s)?'([^']+)'/gm),
    ...text.matchAll(/\bimport\((\s*)'([^']+)'/g),
  ];
  return statements.map(([, kind, target = '']) => {
    const isLocal = target.startsWith('.');
    return {
      file,
      target: isLocal ? normalize(join(dirname(file), target)) : target,
      isLocal,
      isType: kind?.trim() === 'type',
    };
  });
}

interface Direction {
  readonly allows: (target: string, given: Import) => boolean;
  readonly instead: string;
}

const doors = ['workflows/messages.ts', 'workflows/client.ts'];
const notForWorkflows = ['src/catalog', 'src/config.ts', 'src/qualification', 'src/cart'];

/** The allowed imports of the architecture, folder by folder. */
const directions: Readonly<Record<string, Direction>> = {
  src: {
    allows: (target) => isIn(target, 'src'),
    instead:
      'rules are pure: take what you need as a parameter, and let the caller in activities or api fetch it',
  },
  workflows: {
    allows: (target, { isType }) =>
      isIn(target, 'workflows') ||
      (isIn(target, 'src') && !notForWorkflows.some((part) => target === part || isIn(target, part))) ||
      (isIn(target, 'activities') && isType),
    instead:
      'use the pure parts of src, and `import type` for activities; whatever needs more is an activity',
  },
  activities: {
    allows: (target, { file }) =>
      isIn(target, 'activities', 'src', 'drizzle') ||
      (doors.includes(target) && (file === 'activities/worker.ts' || isIn(file, 'activities/relay'))),
    instead:
      'use src and drizzle; only activities/worker.ts and activities/relay know workflows/{messages,client}',
  },
  drizzle: {
    allows: (target) => isIn(target, 'drizzle', 'src'),
    instead: 'use src; whoever needs more calls drizzle',
  },
  api: {
    allows: (target) => isIn(target, 'api', 'src', 'drizzle') || doors.includes(target),
    instead: 'use src, drizzle and workflows/{messages,client}; network work belongs in activities',
  },
  cli: {
    allows: (target) => isIn(target, 'cli'),
    instead: 'the command line speaks HTTP only: call the API',
  },
};

const packages: Readonly<Record<string, readonly string[]>> = {
  src: ['zod', '@marcbachmann/cel-js', '@noble/hashes'],
  workflows: ['@temporalio/workflow', '@temporalio/common'],
};
const clientPackages = ['@temporalio/client', '@temporalio/envconfig', '@temporalio/proto'];

const packageOf = (target: string) =>
  target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');

describe('imports', () => {
  test.each(Object.keys(directions))('%s reaches only what the architecture allows', (folder) => {
    const { allows, instead } = directions[folder] as Direction;
    const given = sources.filter((file) => isIn(file, folder)).flatMap(importsOf);
    const wrong = given.filter((found) => found.isLocal && !allows(found.target, found));
    expect(wrong.map(({ file, target }) => `${file} imports ${target}: ${instead}`)).toEqual([]);
    expect(folder === 'cli' || given.some(({ isLocal }) => isLocal)).toBe(true);
  });

  test.each(Object.keys(packages))('%s uses no package but those named for it', (folder) => {
    const wrong = sources
      .filter((file) => isIn(file, folder))
      .flatMap(importsOf)
      .filter(({ isLocal }) => !isLocal)
      .filter(({ file, target }) => {
        const allowed = [
          ...(packages[folder] ?? []),
          ...(file === 'workflows/client.ts' ? clientPackages : []),
        ];
        return !allowed.includes(packageOf(target));
      });
    const instead = `${folder} uses ${packages[folder]?.join(', ')}; do it in an activity`;
    expect(wrong.map(({ file, target }) => `${file} imports ${target}: ${instead}`)).toEqual([]);
  });

  test('a local import names its file with its extension', () => {
    const wrong = sources
      .flatMap(importsOf)
      .filter(({ isLocal, target }) => isLocal && !existsSync(join(root, target)));
    expect(wrong.map(({ file, target }) => `${file} imports ${target}: write the path with .ts`)).toEqual([]);
  });
});

test('rules and workflows know no clock, no chance, no environment and no Node', () => {
  const among = sources.filter((file) => isIn(file, 'src', 'workflows') && file !== 'workflows/client.ts');
  const found = [
    ...linesWith(among, /['"]node:/, 'take it as a parameter; Node is for activities, api and main.ts'),
    ...linesWith(
      among.filter((file) => file !== 'workflows/clock.ts'),
      /\bDate\.now\b|\bnew Date\(/,
      'take the time as a parameter; workflows have the time of their history, in workflows/clock.ts',
    ),
    ...linesWith(among, /\bMath\.random\b/, 'take the number as a parameter; workflows have workflowRandom'),
    ...linesWith(among, /\bprocess\./, 'read it in src/config.ts from a given environment, and pass it in'),
  ];
  expect(found).toEqual([]);
});

test('the workflow bundle holds the rules, and neither expressions nor schemas nor the client', async () => {
  const { code } = await bundleWorkflows(new DefaultLogger('ERROR'));
  const modules = new Set(
    [...code.matchAll(/"(\.\/[^"\s]+?\.(?:[cm]?js|ts))"/g)].map(([, path = '']) => path),
  );
  expect([...modules]).toContain('./src/order/advance.ts');
  const unwanted =
    /cel-js|node_modules\/zod\/|workflows\/client\.ts|src\/(catalog|config|qualification|cart)\b/;
  const found = [...modules].filter((path) => unwanted.test(path));
  const instead = 'import its type only, or move what the workflow needs to a file without it';
  expect(found.map((path) => `${path} is in the workflow bundle: ${instead}`)).toEqual([]);
}, 60_000);

test('every test file has a suffix that tells its cost', () => {
  const known = /^[A-Za-z0-9-]+(\.pg|\.flow|\.e2e|\.fault)?\.test\.ts$/;
  const inTest = sources.filter((file) => isIn(file, 'test'));
  const named = inTest.filter((file) => /\.(test|spec)\b/.test(file));
  const unnamed = inTest.filter(
    (file) => !named.includes(file) && /^(test|it|describe)(\.\w+)*\(/m.test(textOf(file)),
  );
  const wrong = [...named.filter((file) => !known.test(file.split('/').at(-1) ?? '')), ...unnamed];
  expect(
    wrong.map(
      (file) => `${file}: end it with .test.ts, .pg.test.ts, .flow.test.ts, .e2e.test.ts or .fault.test.ts`,
    ),
  ).toEqual([]);
  const elsewhere = sources.filter((file) => !isIn(file, 'test') && /\.(test|spec)\b/.test(file));
  expect(elsewhere.map((file) => `${file}: tests live in test/, which mirrors the tree`)).toEqual([]);
});

test('nothing is left to do later', () => {
  const mark = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`);
  const among = files.filter((file) => file !== 'package-lock.json');
  expect(linesWith(among, mark, 'do it now, or open an issue and say what holds until then')).toEqual([]);
});

test('no file names a place outside of the repository', () => {
  const place = new RegExp(`/wor${'k/'}|\\bshare${'d/'}`);
  expect(linesWith(files, place, 'name it by its path from the root, or carry over what it says')).toEqual(
    [],
  );
});

test('paths that documents cite exist', () => {
  const documents = files.filter((file) => file.endsWith('.md'));
  const folders = new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]));
  const missing = documents.flatMap((document) => {
    const text = textOf(document);
    const linked = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
    const links = linked
      .filter((target) => !/^[a-z]+:/.test(target))
      .map((target) => normalize(join(dirname(document), target)));
    const words = [...text.matchAll(/(?<![\w/.@~$-])[\w.-]+(?:\/[\w.-]+)+(?![\w*{<-])/g)].map(
      ([word]) => word,
    );
    const paths = words
      .filter((word) => folders.has(word.split('/')[0]) && !/\bNAME\b/.test(word))
      .map((word) => word.replace(/\.$/, ''));
    return [...new Set([...links, ...paths])]
      .filter((path) => !existsSync(join(root, path)))
      .map((path) => `${document} cites ${path}: name the file that is there now`);
  });
  expect(missing).toEqual([]);
  expect(documents.length).toBeGreaterThan(3);
});

describe('packages', () => {
  const lock = JSON.parse(textOf('package-lock.json')) as {
    packages: Record<string, { version?: string; resolved?: string }>;
  };

  test('the lock file names no registry', () => {
    const bound = Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined);
    const instead = 'set omit-lockfile-registry-resolved=true in .npmrc and make the lock file again';
    expect(bound.map(([path]) => `${path} has "resolved": ${instead}`)).toEqual([]);
  });

  test('all of Temporal shares the one protobufjs 8 that is at the root', () => {
    const copies = Object.entries(lock.packages).filter(
      ([path, { version = '' }]) => path.endsWith('node_modules/protobufjs') && version.startsWith('8.'),
    );
    expect(copies.map(([path]) => path)).toEqual(['node_modules/protobufjs']);
    const resolvedFrom = (path: string) => createRequire(join(root, path)).resolve('protobufjs');
    const own = resolvedFrom('package.json');
    const temporal = Object.keys(lock.packages).filter((path) =>
      /^node_modules\/@temporalio\/[^/]+$/.test(path),
    );
    const others = temporal.filter(
      (path) => existsSync(join(root, path)) && resolvedFrom(`${path}/package.json`) !== own,
    );
    const instead = 'keep protobufjs a direct dependency in the range that Temporal asks for';
    expect(others.map((path) => `${path} has its own protobufjs: ${instead}`)).toEqual([]);
    expect(temporal.length).toBeGreaterThan(5);
  });
});
