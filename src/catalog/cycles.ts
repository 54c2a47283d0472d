/** The nodes of one cycle, first node repeated at the end; undefined where there is none. */
export function findCycle(
  nodes: readonly string[],
  next: (node: string) => readonly string[],
): readonly string[] | undefined {
  const finished = new Set<string>();
  for (const start of nodes) {
    const cycle = cycleFrom(start, next, finished);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** With a stack of its own, so that a long chain of entries cannot exhaust the language's. */
function cycleFrom(
  start: string,
  next: (node: string) => readonly string[],
  finished: Set<string>,
): readonly string[] | undefined {
  const path: { readonly node: string; readonly ahead: string[] }[] = [];
  const onPath = new Set<string>();
  const enter = (node: string) => {
    path.push({ node, ahead: [...next(node)] });
    onPath.add(node);
  };
  if (!finished.has(start)) enter(start);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const node = top.ahead.pop();
    if (node === undefined) {
      path.pop();
      onPath.delete(top.node);
      finished.add(top.node);
    } else if (onPath.has(node)) {
      const names = path.map((entry) => entry.node);
      return [...names.slice(names.indexOf(node)), node];
    } else if (!finished.has(node)) enter(node);
  }
  return undefined;
}

/** Every node reachable from one, itself only if it lies on a cycle. */
export function reachableFrom(start: string, next: (node: string) => readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const ahead = [...next(start)];
  for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    ahead.push(...next(node));
  }
  return reached;
}
