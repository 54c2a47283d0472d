import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saveCatalogue } from '../../cli/catalogue.ts';

export const voiceItem = (id = '1') => ({
  id,
  action: 'add',
  productOffering: { id: 'OFF-BIZ-VOICE' },
  product: { productCharacteristic: [{ name: 'number', value: '+442079460958' }] },
});

/** The demo product, asked for its report soon, with or without a point of no return. */
export const saveVoice = (apiUrl: string, pointOfNoReturn: boolean): Promise<void> =>
  saveEdited(apiUrl, 'voice.yaml', (written) =>
    written
      .replace('{ within: 2d, poll: 1h }', '{ within: 2m, poll: 300ms }')
      .replace('pointOfNoReturn: true', `pointOfNoReturn: ${pointOfNoReturn}`),
  );

/** A file of the demo catalogue, saved as somebody else would have written it. */
export async function saveEdited(
  apiUrl: string,
  name: string,
  edit: (written: string) => string,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'edited-'));
  try {
    const file = join(folder, name);
    writeFileSync(file, edit(readFileSync(`temporal-dev/demo/catalogue/${name}`, 'utf8')));
    process.env.DIALTONE_URL = apiUrl;
    if ((await saveCatalogue([file])) !== 0) throw new Error(`${name} was not saved`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
