const rowsMax = 1_000;

/** Postgres takes at most 65,535 parameters in one statement; large plans are written in pieces. */
export async function inChunks<Row>(
  rows: readonly Row[],
  write: (chunk: Row[]) => PromiseLike<unknown>,
): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsMax) await write(rows.slice(from, from + rowsMax));
}
