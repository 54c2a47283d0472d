import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Log<Line> {
  /** What the file held when it was opened. */
  readonly lines: readonly Line[];
  /** On the file when it returns; a line that fails leaves no trace. */
  append(line: Line): void;
  close(): void;
}

/** An append-only file of JSON lines. A torn last line was never answered for: it is cut off. */
export function openLog<Line>(file: string): Log<Line> {
  mkdirSync(dirname(file), { recursive: true });
  const descriptor = openSync(file, 'a+');
  const content = readFileSync(descriptor);
  let size = content.lastIndexOf('\n') + 1;
  if (size < content.length) ftruncateSync(descriptor, size);
  const texts = content.toString('utf8', 0, size).split('\n').slice(0, -1);
  const lines = texts.map((text, index) => parseLine<Line>(text, `${file}, line ${index + 1}`));
  return {
    lines,
    append(line) {
      const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
      try {
        for (let written = 0; written < bytes.length; ) {
          written += writeSync(descriptor, bytes, written, bytes.length - written);
        }
      } catch (error) {
        ftruncateSync(descriptor, size);
        throw error;
      }
      size += bytes.length;
    },
    close: () => closeSync(descriptor),
  };
}

function parseLine<Line>(text: string, where: string): Line {
  try {
    return JSON.parse(text) as Line;
  } catch {
    throw new Error(`the network's file is damaged: ${where} is not JSON`);
  }
}
