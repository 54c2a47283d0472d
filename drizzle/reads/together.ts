/** The rows of each owner, so that a page and its details take one statement each. */
export function together<Row>(
  rows: readonly Row[],
  owner: (row: Row) => string,
): (id: string) => readonly Row[] {
  const byOwner = new Map<string, Row[]>();
  for (const row of rows) {
    const known = byOwner.get(owner(row));
    if (known) known.push(row);
    else byOwner.set(owner(row), [row]);
  }
  return (id) => byOwner.get(id) ?? [];
}
