import { saveEdited, saveVoice } from '../support/voice.ts';

/** The bundle once more, of which each part stands or fails by itself. */
export const bestEffortOffering = 'OFF-BIZ-FIBRE-BEST-EFFORT';

/** What these systems refuse waits for a person, who may edit it. */
const heldFor = (...systems: readonly string[]): string =>
  [
    'recovery:',
    ...systems.map((name) => `  - { system: ${name}, class: refused, then: hold }`),
    'steps:\n',
  ].join('\n');

/**
 * Before the first order: numbers are ported in seconds, people have something to edit and to skip, and there is
 * something to order by best effort.
 */
export async function prepareCatalogue(apiUrl: string): Promise<void> {
  await saveVoice(apiUrl, true);
  await saveEdited(apiUrl, 'fibre.yaml', (written) => written.replace('steps:\n', heldFor('bng')));
  await saveEdited(apiUrl, 'managed-router.yaml', (written) =>
    written
      .replace('steps:\n', heldFor('acs', 'nms'))
      .replace('    system: nms\n', '    system: nms\n    optional: true\n'),
  );
  await saveEdited(apiUrl, 'business-fibre.yaml', (written) =>
    written.replace(
      'productOffering: OFF-BIZ-FIBRE-BUNDLE',
      `productOffering: ${bestEffortOffering}\nonFailure: bestEffort`,
    ),
  );
}
