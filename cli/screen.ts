/** Shows a text that changes in one place of a terminal; where there is no terminal, only its last form. */
export function createScreen(out: NodeJS.WriteStream): { show(lines: readonly string[]): void; end(): void } {
  let drawn = 0;
  let last: readonly string[] = [];
  return {
    show(lines) {
      last = lines;
      if (!out.isTTY) return;
      const width = out.columns || 80;
      if (drawn > 0) out.write(`\u001b[${drawn}A`);
      for (const line of lines) out.write(`\u001b[2K${line.slice(0, width)}\n`);
      drawn = lines.length;
    },
    end() {
      if (!out.isTTY) out.write(`${last.join('\n')}\n`);
    },
  };
}
