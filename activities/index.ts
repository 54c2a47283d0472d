import { createActivation } from './activation.ts';
import { createCommandRecords } from './commandRecords.ts';
import type { ActivityDeps } from './deps.ts';
import { createEvidence } from './evidence.ts';
import { createOrderRecords } from './orderRecords.ts';
import { createOutsideRecords } from './outsideRecords.ts';
import { createServiceOrderRecords } from './serviceOrderRecords.ts';

export const createActivities = (deps: ActivityDeps) => ({
  ...createOrderRecords(deps),
  ...createServiceOrderRecords(deps),
  ...createOutsideRecords(deps),
  ...createActivation(deps),
  ...createEvidence(deps),
  ...createCommandRecords(deps),
});

/** All that workflows know of the activities. */
export type Activities = ReturnType<typeof createActivities>;
