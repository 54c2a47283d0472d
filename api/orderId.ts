import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Ten characters of time, then ten of chance: ids sort by when they were given. */
export function newOrderId(): string {
  let time = Date.now();
  let prefix = '';
  for (let digit = 0; digit < 10; digit++) {
    prefix = `${alphabet[time % 32]}${prefix}`;
    time = Math.floor(time / 32);
  }
  const chance = Array.from(randomBytes(10), (byte) => alphabet[byte % 32]).join('');
  return `${prefix}${chance}`;
}
