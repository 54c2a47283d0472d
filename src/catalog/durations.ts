import { must } from '../kernel/assert.ts';

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** As an author writes it: `500ms`, `2s`, `5m`, `2h`, `3d`. */
export const durationPattern = /^([1-9][0-9]{0,8})(ms|s|m|h|d)$/;

export function durationMs(text: string): number {
  const [, amount = '', unit = ''] = must(durationPattern.exec(text), `the duration ${text}`);
  return Number(amount) * must(units[unit], unit);
}
