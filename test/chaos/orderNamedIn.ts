/** All ids below an order begin with its own; none or one. */
export const orderNamedIn = (name: string): string[] => /\b[0-9a-z]{20}\b/.exec(name)?.slice(0, 1) ?? [];
