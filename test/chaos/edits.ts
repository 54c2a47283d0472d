import type { Draw } from '../kernel/random.ts';
import { drawOne } from './weighted.ts';

/** What the steps of the demo's systems may be told instead of their mapping, and what their specifications forbid. */
export const edits: Readonly<
  Record<string, { readonly fit: readonly object[]; readonly unfit: readonly object[] }>
> = {
  olt: {
    fit: [{ technology: 'XGSPON' }, { technology: 'GPON' }],
    unfit: [{ technology: 'COPPER' }, { colour: 'blue' }],
  },
  bng: {
    fit: [{ downstreamMbps: 500 }, { upstreamMbps: 50 }, { downstreamMbps: 100, upstreamMbps: 20 }],
    unfit: [{ downstreamMbps: 5 }, { upstreamMbps: 'fast' }, { downstreamMbps: 100, colour: 'blue' }],
  },
  ipam: { fit: [{ length: 28 }, { length: 30 }], unfit: [{ length: 31 }, { length: '29' }] },
  acs: {
    fit: [{ model: 'CPE-XR300' }, { model: 'CPE-XR700' }, { shapeToMbps: 250 }],
    unfit: [{ model: 'CPE-XR900' }, { firmware: 1 }],
  },
  nms: { fit: [{ model: 'CPE-XR300' }, { model: 'CPE-XR700' }], unfit: [{ model: 7 }] },
  voice: { fit: [{ channels: 4 }, { channels: 30 }], unfit: [{ channels: 0 }, { number: 44 }] },
  porting: { fit: [{ number: '+442079460959' }], unfit: [{ number: '+44207946095800000' }] },
};

/** Undefined where nobody knows what the step could be told. */
export const editFor = (draw: Draw, system: string, kind: 'fit' | 'unfit'): object | undefined =>
  drawOne(draw, edits[system]?.[kind] ?? []);

/** What a person who knows better says a system gave, where it gives anything. */
const results: Readonly<Record<string, object>> = {
  olt: { vlan: 3999 },
  ipam: { cidr: '192.0.2.0/29' },
};

export const resultsFor = (system: string): object | undefined => results[system];
