import { shortHash } from './json.ts';

/** What text may stand in an id of ours: also part of workflow ids, keys and URLs. */
export const idPattern = /^[A-Za-z0-9._-]{1,64}$/;

/** What a plan makes is named after where it comes from, so that decomposing twice makes nothing twice. */
export const derivedId = (orderId: string, item: string, instance: number, path: string): string =>
  `${orderId}-${shortHash({ item, instance, path })}`;

/** The name of a system is part of correlation ids, where a dot ends it. */
export const systemPattern = /^[A-Za-z0-9_-]{1,64}$/;
