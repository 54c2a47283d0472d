import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyFromJSON, type History } from '@temporalio/common/lib/proto-utils.js';

export const historiesFolder = join(import.meta.dirname, 'histories');

export interface RecordedHistory {
  /** `productOrder/happy`: the workflow type and the case. */
  readonly name: string;
  readonly json: string;
}

export function recordedHistories(): RecordedHistory[] {
  return readdirSync(historiesFolder).flatMap((type) =>
    readdirSync(join(historiesFolder, type)).map((file) => ({
      name: `${type}/${file.replace(/\.json$/, '')}`,
      json: readFileSync(join(historiesFolder, type, file), 'utf8'),
    })),
  );
}

export const historyOf = ({ json }: RecordedHistory): History => historyFromJSON(JSON.parse(json));
