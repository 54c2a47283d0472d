import type { Json, JsonObject } from '../../src/kernel/json.ts';
import { must } from '../../src/kernel/assert.ts';
import type { Pool } from './pool.ts';
import type { Prefix } from './systems.ts';

interface Block {
  readonly address: number;
  readonly length: number;
}

const sizeOf = (length: number) => 2 ** (32 - length);

function parseBlock(value: Json): Block | undefined {
  const parts = typeof value === 'string' ? /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(value) : null;
  if (parts === null) return undefined;
  const [a, b, c, d, length] = parts.slice(1).map(Number) as [number, number, number, number, number];
  if (length > 32 || [a, b, c, d].some((byte) => byte > 255)) return undefined;
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  return address % sizeOf(length) === 0 ? { address, length } : undefined;
}

function formatBlock({ address, length }: Block): string {
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
  return `${bytes.join('.')}/${length}`;
}

/** Which blocks within a whole are taken. Counts per enclosing block tell a free one without a search. */
function createTakenBlocks(whole: Block) {
  const taken = new Set<string>();
  const takenWithin = new Map<string, number>();
  const nameOf = ({ address, length }: Block) => `${address}/${length}`;
  /** The block and every block of the whole around it, named. */
  const around = ({ address, length }: Block): string[] =>
    Array.from({ length: length - whole.length + 1 }, (_, index) => {
      const outer = length - index;
      return nameOf({ address: address - (address % sizeOf(outer)), length: outer });
    });
  const count = (block: Block, change: 1 | -1) => {
    for (const name of around(block)) {
      const within = (takenWithin.get(name) ?? 0) + change;
      if (within === 0) takenWithin.delete(name);
      else takenWithin.set(name, within);
    }
  };
  return {
    isFree: (block: Block): boolean =>
      !takenWithin.has(nameOf(block)) && !around(block).some((name) => taken.has(name)),
    add(block: Block) {
      if (taken.has(nameOf(block))) return;
      taken.add(nameOf(block));
      count(block, 1);
    },
    delete(block: Block) {
      if (taken.delete(nameOf(block))) count(block, -1);
    },
  };
}

/** Aligned IPv4 prefixes that never overlap, given in turn through the pool. */
export function prefixPool({ pool, lengthFrom }: Prefix): Pool {
  const whole = must(parseBlock(pool), `an aligned IPv4 prefix in ${pool}`);
  const end = whole.address + sizeOf(whole.length);
  const taken = createTakenBlocks(whole);
  let cursor = whole.address;

  const lengthOf = (values: JsonObject): number | undefined => {
    const length = values[lengthFrom];
    const fits = typeof length === 'number' && Number.isInteger(length);
    return fits && length >= whole.length && length <= 32 ? length : undefined;
  };
  const inPool = (value: Json): Block | undefined => {
    const block = parseBlock(value);
    const inside = block && block.length >= whole.length && block.address >= whole.address;
    return inside && block.address < end ? block : undefined;
  };

  return {
    next(values) {
      const length = lengthOf(values);
      if (length === undefined) return { code: 'unsuitable' };
      const size = sizeOf(length);
      const slots = sizeOf(whole.length) / size;
      let slot = Math.ceil((cursor - whole.address) / size) % slots;
      for (let tried = 0; tried < slots; tried += 1, slot = (slot + 1) % slots) {
        const block = { address: whole.address + slot * size, length };
        if (!taken.isFree(block)) continue;
        cursor = block.address + size;
        return { value: formatBlock(block) };
      }
      return { code: 'exhausted' };
    },
    isFree(value, values) {
      const block = inPool(value);
      return block !== undefined && block.length === lengthOf(values) && taken.isFree(block);
    },
    hold(value) {
      const block = inPool(value);
      if (block) taken.add(block);
    },
    release(value) {
      const block = inPool(value);
      if (block) taken.delete(block);
    },
  };
}
