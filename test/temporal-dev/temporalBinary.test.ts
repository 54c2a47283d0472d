import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findTemporal } from '../../temporal-dev/temporalBinary.ts';
import { temporaryDirectory } from './fakeProcess.ts';

let directory: string;
let env: Record<string, string>;

beforeEach(() => {
  directory = temporaryDirectory();
  mkdirSync(join(directory, 'bin'));
  env = {
    HOME: directory,
    TMPDIR: directory,
    XDG_CACHE_HOME: join(directory, 'cache'),
    PATH: [join(directory, 'bin'), '/usr/bin', '/bin'].join(delimiter),
  };
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function program(path: string, script = 'exit 0'): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const fakeGo = (version: string, build: string) =>
  program(
    join(directory, 'bin', 'go'),
    `if [ "$1" = version ]; then echo "go version ${version} linux/amd64"; exit 0; fi
while [ "$1" != -o ]; do shift; done
${build}`,
  );

const builds = 'echo built > "$2"; chmod 755 "$2"; echo once >> "$(dirname "$2")/count"';
const offline = async () => undefined;
const find = () => findTemporal({ env, download: offline });

describe('the sources, in order', () => {
  test('TEMPORAL_CLI_PATH comes first', async () => {
    program(join(directory, 'bin', 'temporal'));
    env.TEMPORAL_CLI_PATH = program(join(directory, 'mine'));
    expect(await find()).toBe(join(directory, 'mine'));
  });

  test('a TEMPORAL_CLI_PATH that is no executable file is said, not passed over', async () => {
    env.TEMPORAL_CLI_PATH = join(directory, 'nowhere');
    await expect(find()).rejects.toThrow(
      `TEMPORAL_CLI_PATH names ${directory}/nowhere, which is no executable file.`,
    );
  });

  test('then temporal on PATH', async () => {
    const found = program(join(directory, 'bin', 'temporal'));
    expect(await find()).toBe(found);
  });

  test('then what the SDK downloaded before', async () => {
    const found = program(join(directory, 'temporal-sdk-typescript-1.24.0'));
    expect(await find()).toBe(found);
  });

  test('then a download', async () => {
    fakeGo('go1.26.4', builds);
    expect(await findTemporal({ env, download: async () => '/downloaded' })).toBe('/downloaded');
  });

  test('then a build, once, which is cached outside the repository', async () => {
    fakeGo('go1.26.4', builds);
    const first = await find();
    expect(first).toMatch(/cache\/dialtone\/temporal-[0-9a-f]{16}$/);
    expect(await find()).toBe(first);
    expect(readdirSync(dirname(first)).sort()).toEqual(['count', first.split('/').at(-1)]);
  });
});

test('with none of the three, the error names what to provide', async () => {
  env.PATH = join(directory, 'bin');
  const error = await find().catch((thrown: Error) => thrown);
  expect(String(error)).toMatch(/TEMPORAL_CLI_PATH[\s\S]*temporal\.download[\s\S]*Go 1\.26\.4 or newer/);
});

test.each(['go1.26.3', 'go1.25.9', 'go1.9'])('%s is too old to build with', async (version) => {
  fakeGo(version, builds);
  await expect(find()).rejects.toThrow('Go 1.26.4 or newer');
});

test.each(['go1.26.4', 'go1.26.8', 'go1.27', 'go2.0.0'])('%s is new enough', async (version) => {
  fakeGo(version, builds);
  expect(existsSync(await find())).toBe(true);
});

test('a build that fails leaves nothing in the cache and says why', async () => {
  fakeGo('go1.26.4', 'echo half > "$2"; echo "no space left" >&2; exit 1');
  await expect(find()).rejects.toThrow(/Go could not build Temporal:\nno space left\n/);
  expect(readdirSync(join(directory, 'cache', 'dialtone'))).toEqual([]);
});
