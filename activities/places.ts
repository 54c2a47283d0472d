/** Bounds what one system can hold of a worker, so that a slow one leaves room for the others. */
export interface Places {
  /** What gives the place back; undefined where none came free in time. */
  take(queue: string, system: string): Promise<(() => void) | undefined>;
}

export interface PlacesOptions {
  /** At once, for each system on each queue. */
  readonly most: number;
  /** Systems that are merely busy free a place within this time; what waits for a slow one gives way. */
  readonly waitMs: number;
  /** A queue that serves one system alone has bounds of its own. */
  readonly isOwnQueue: (queue: string, system: string) => boolean;
}

interface Taken {
  count: number;
  readonly waiting: Set<() => void>;
}

const unbounded = () => undefined;

export function createPlaces({ most, waitMs, isOwnQueue }: PlacesOptions): Places {
  const takenBy = new Map<string, Taken>();

  const givingBack = (name: string, taken: Taken) => () => {
    const [next] = taken.waiting;
    if (next !== undefined) return next();
    taken.count -= 1;
    if (taken.count === 0) takenBy.delete(name);
  };

  return {
    async take(queue, system) {
      if (isOwnQueue(queue, system)) return unbounded;
      const name = `${queue} ${system}`;
      const taken = takenBy.get(name) ?? { count: 0, waiting: new Set() };
      takenBy.set(name, taken);
      if (taken.count < most) {
        taken.count += 1;
        return givingBack(name, taken);
      }
      return (await placeWithin(taken, waitMs)) ? givingBack(name, taken) : undefined;
    },
  };
}

/** The place of whoever leaves passes on to who waited longest. */
const placeWithin = ({ waiting }: Taken, ms: number): Promise<boolean> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => {
      waiting.delete(passOn);
      resolve(false);
    }, ms);
    const passOn = () => {
      clearTimeout(timer);
      waiting.delete(passOn);
      resolve(true);
    };
    waiting.add(passOn);
  });
