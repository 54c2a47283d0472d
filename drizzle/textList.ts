/** How Postgres writes a `text[]`: of one dimension, and nothing in it is null. */

const written = (texts: readonly string[]): string =>
  `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;

const read = (list: string): string[] =>
  [...list.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|[^,]+/gs)].map(
    ([bare, quoted]) => quoted?.replace(/\\(.)/gs, '$1') ?? bare,
  );

/** `text[]` as the driver wants a type explained. What Drizzle has written already is left as it is. */
export const textList = {
  to: 1009,
  from: [1009],
  serialize: (given: readonly string[] | string) => (typeof given === 'string' ? given : written(given)),
  parse: read,
};
