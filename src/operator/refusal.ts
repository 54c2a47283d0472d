import type { JsonObject } from '../kernel/json.ts';
import { commandRefusalTypes } from '../serviceOrder/refusal.ts';

/** Why a command is refused by what the rows say, before any run is asked. */
export const rowRefusalTypes = [
  'ResourceUnknown',
  'FalloutClosed',
  'FalloutOwned',
  'CommandUnfit',
  'EditUnfit',
  'ResultsUnfit',
  'EvidenceMissing',
  'EvidenceContradicts',
  'ServiceOrderOfProductOrder',
  'OrderNotOrphaned',
  'RunMissing',
] as const;
export type RowRefusalType = (typeof rowRefusalTypes)[number];

export const deskRefusalTypes = [...commandRefusalTypes, ...rowRefusalTypes] as const;
export type DeskRefusalType = (typeof deskRefusalTypes)[number];

export interface DeskRefusal {
  readonly type: DeskRefusalType;
  readonly message: string;
  /** Where in the request, such as `values.vlan`. */
  readonly path?: string;
  readonly details?: readonly JsonObject[];
}

export const isDeskRefusal = (type: string): type is DeskRefusalType =>
  (deskRefusalTypes as readonly string[]).includes(type);
