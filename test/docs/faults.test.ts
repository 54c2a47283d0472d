import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** The table of faults names tests that exist, and all of those that prove a fault. */

const root = join(import.meta.dirname, '..', '..');
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');

const rows = textOf('docs/faults.md')
  .split('\n')
  .filter((line) => /^\| [FM]\d+/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, fault = '', client = '', operator = '', proof = '']) => ({
    fault,
    client,
    operator,
    tests: [...proof.matchAll(/`(test\/\S+)` "([^"]+)"/g)].map(([, file = '', title = '']) => ({
      file,
      title,
    })),
  }));
const inTable = rows.flatMap(({ tests }) => tests.map(({ file, title }) => `${file}: ${title}`));

const faultFiles = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.fault.test.ts'))
  .map((file) => `test/${file.replaceAll('\\', '/')}`);

const number = /[FM]\d+(?:, [FM]\d+)*: /.source;
const titlesIn = (file: string): string[] =>
  [...textOf(file).matchAll(new RegExp(`(['"\`])(${number}.*?)\\1`, 'g'))].map(([, , title = '']) => title);

describe('the table of faults', () => {
  test.each(rows)('$fault: is told from both sides, and its tests exist', ({ client, operator, tests }) => {
    expect([client, operator]).not.toContain('');
    expect(tests).not.toEqual([]);
    const missing = tests.filter(({ file, title }) => {
      return !existsSync(join(root, file)) || !textOf(file).includes(title);
    });
    expect(missing.map(({ file, title }) => `${file} has no test "${title}": name the one it has`)).toEqual(
      [],
    );
  });

  test.each(faultFiles)('%s: every test is in it', (file) => {
    const missing = titlesIn(file).filter((title) => !inTable.includes(`${file}: ${title}`));
    expect(missing.map((title) => `"${title}" is not in docs/faults.md: add a row`)).toEqual([]);
  });

  test.each(faultFiles)('%s: every title begins with the number of its fault', (file) => {
    const titles = [...textOf(file).matchAll(/^(?:test|\]\))\(\s*(['"`])(.*?)\1/gm)];
    const begins = new RegExp(`^(?:${number}|%s)`);
    expect(titles.map(([, , title = '']) => title).filter((title) => !begins.test(title))).toEqual([]);
    expect(titlesIn(file).length).toBeGreaterThanOrEqual(titles.length);
  });
});
