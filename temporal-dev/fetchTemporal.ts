import { createProgress } from './progress.ts';
import { findTemporal, TemporalMissing } from './temporalBinary.ts';

/** Makes sure that a Temporal binary is at hand, so that a later start or test run need not wait for it. */
const progress = createProgress();
try {
  const binary = await progress.stage('Temporal', (tell) => findTemporal({ tell }));
  progress.line(`  ${binary}`);
} catch (error) {
  if (!(error instanceof TemporalMissing)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
