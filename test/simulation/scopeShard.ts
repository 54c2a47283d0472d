import './unnamed.ts';
import { type ChosenScope, type Found, scopesOf } from './exhaustive.ts';
import { explore } from './explore.ts';

function runScope({ people, index }: ChosenScope): Found {
  const scope = scopesOf(people)[index];
  if (scope === undefined) return { violation: `there is no scope ${index}` };
  const begun = performance.now();
  try {
    return { ...explore(scope), seconds: (performance.now() - begun) / 1_000 };
  } catch (error) {
    return { violation: (error as Error).message };
  }
}

process.send?.(runScope(JSON.parse(process.argv[2] ?? '{}') as ChosenScope));
