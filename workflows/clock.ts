/** The time of the workflow's history: the same in every replay, whatever the hour is there. */
export const nowMs = (): number => Date.now();

/** Such as `14:02:11`, in UTC. */
export const timeOfDay = (ms: number): string => {
  const seconds = Math.floor(ms / 1_000) % 86_400;
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
};
