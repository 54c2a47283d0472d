import { saveEdited, saveVoice } from '../support/voice.ts';

/** The bundle once more, of which each part stands or fails by itself. */
export const bestEffortOffering = 'OFF-BIZ-FIBRE-BEST-EFFORT';

/** Before the first order: numbers are ported in seconds, and there is something to order by best effort. */
export async function prepareCatalogue(apiUrl: string): Promise<void> {
  await saveVoice(apiUrl, true);
  await saveEdited(apiUrl, 'business-fibre.yaml', (written) =>
    written.replace(
      'productOffering: OFF-BIZ-FIBRE-BUNDLE',
      `productOffering: ${bestEffortOffering}\nonFailure: bestEffort`,
    ),
  );
}
