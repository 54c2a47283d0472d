const signals = { kill: 'SIGKILL', pause: 'SIGSTOP' } as const;

const pointsIn = (text: string) =>
  text
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

/** Said by a parent to the role it started over IPC: from now on these failpoints, counted from one. */
export interface Arm {
  readonly type: 'arm';
  readonly failpoint: string;
}

/**
 * For tests: `name:kill@3` ends this process the way a power cut would, the third time it comes by; `pause`
 * freezes it. Several are separated by commas. Without a text it does nothing until it is armed.
 */
export function createFailpoint(text: string): (name: string) => void {
  let points = pointsIn(text);
  const passed = new Map<string, number>();
  if (process.send !== undefined) {
    process.on('message', (message: Arm | null) => {
      if (message?.type !== 'arm') return;
      points = pointsIn(message.failpoint);
      passed.clear();
      process.send?.({ type: 'armed' });
    });
  }
  return (name) => {
    const times = (passed.get(name) ?? 0) + 1;
    passed.set(name, times);
    const hit = points.find((point) => point.name === name && point.nth === times);
    if (hit) process.kill(process.pid, hit.signal);
  };
}
