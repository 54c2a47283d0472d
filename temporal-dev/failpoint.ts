const signals = { kill: 'SIGKILL', pause: 'SIGSTOP' } as const;

/**
 * For tests: `name:kill@3` ends this process the way a power cut would, the third time it comes by; `pause`
 * freezes it. Several are separated by commas. Without a text it does nothing.
 */
export function createFailpoint(text: string): (name: string) => void {
  const points = text
    .split(',')
    .filter((point) => point !== '')
    .map((point) => {
      const parsed = /^([\w.]+):(kill|pause)(?:@(\d+))?$/.exec(point);
      if (parsed === null) throw new Error(`FAILPOINT: ${point} is not name:kill|pause@nth`);
      return {
        name: parsed[1],
        signal: signals[parsed[2] as keyof typeof signals],
        nth: Number(parsed[3] ?? 1),
      };
    });
  const passed = new Map<string, number>();
  return (name) => {
    const times = (passed.get(name) ?? 0) + 1;
    passed.set(name, times);
    const hit = points.find((point) => point.name === name && point.nth === times);
    if (hit) process.kill(process.pid, hit.signal);
  };
}
