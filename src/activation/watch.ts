import type { Footprint } from '../inventory/inventory.ts';
import type { Observed } from './adapter.ts';

/**
 * What a system shows of an object some time after nobody heard the end of a call: `late` is our own call that
 * took effect when its time was over; `busy` is something that is under way and ends by itself; `unresolved` is a
 * doubt that nobody works on any more; `unmarked` is there though it should not be, and does not show whose it is.
 */
export type Watched = 'asBooked' | 'late' | 'overwritten' | 'vanished' | 'busy' | 'unresolved' | 'unmarked';

export function judgeWatched(
  footprint: Pick<Footprint, 'presence' | 'key'> | null,
  isOwnKey: (key: string) => boolean,
  now: Observed,
  last: boolean,
): Watched {
  const isDoubtful = footprint?.presence === 'doubtful';
  if (now.type === 'pending' || isDoubtful) return isDoubtful && last ? 'unresolved' : 'busy';
  const stands = footprint?.presence === 'present';
  if (now.type === 'absent') return stands ? 'vanished' : 'asBooked';
  if (stands && now.key === footprint.key) return 'asBooked';
  if (now.key === null) return stands ? 'asBooked' : 'unmarked';
  // What is there under a key that is not ours belongs to somebody else: none of a watch's business.
  if (!isOwnKey(now.key)) return 'asBooked';
  return stands ? 'overwritten' : 'late';
}
