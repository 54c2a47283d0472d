/** Asks again until the check no longer throws, and gives what it returned; its last complaint when time is up. */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { withinMs }: { readonly withinMs: number },
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (complaint) {
      if (performance.now() > deadline) throw complaint;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
