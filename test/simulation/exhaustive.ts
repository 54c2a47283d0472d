import { fork } from 'node:child_process';
import { join } from 'node:path';
import { type Explored, fewFaults, manyFaults, oneAct, type Scope, takenFaults } from './explore.ts';
import { reportingScopes, smallScopes, wideScopes, widestScopes } from './scopes.ts';

export interface NamedScope extends Scope {
  readonly name: string;
}

export type Found = (Explored & { readonly seconds: number }) | { readonly violation: string };

const groups = [
  { scopes: smallScopes, faults: manyFaults, faultsMax: 2 },
  { scopes: reportingScopes, faults: takenFaults, faultsMax: 2 },
  { scopes: { ...wideScopes, ...widestScopes }, faults: manyFaults, faultsMax: 1 },
] as const;

/** Side by side, with two faults and a person, two that report are more than anybody waits for. */
const { 'reports beside others': beside = [], ...others } = reportingScopes;

const peopleGroups = [
  { scopes: smallScopes, faults: fewFaults, faultsMax: 2, ...oneAct },
  { scopes: others, faults: takenFaults, faultsMax: 2, ...oneAct },
  { scopes: { 'reports beside others': beside }, faults: takenFaults, faultsMax: 1, ...oneAct },
] as const;

/** Two faults in scopes of up to four steps, one in wider ones. */
export const scopesOf = (withPeople: boolean): NamedScope[] =>
  (withPeople ? peopleGroups : groups).flatMap(({ scopes, ...rest }) =>
    Object.entries(scopes).map(([name, plan]): NamedScope => ({ name, plan, window: 3, ...rest })),
  );

/** Which scope a process of its own goes through. */
export interface ChosenScope {
  readonly people: boolean;
  readonly index: number;
}

const inProcess = (chosen: ChosenScope): Promise<Found> =>
  new Promise((resolve, reject) => {
    let found: Found | undefined;
    const child = fork(join(import.meta.dirname, 'scopeShard.ts'), [JSON.stringify(chosen)], {
      execArgv: ['--import', 'tsx'],
    });
    child.on('message', (message) => (found = message as Found));
    child.on('error', reject);
    child.on('exit', (code) => (found ? resolve(found) : reject(new Error(`a scope ended with ${code}`))));
  });

/** Every way there is, scope by scope, as many at once as there are jobs. */
export async function runExhaustive(people: boolean, jobs: number): Promise<boolean> {
  const scopes = scopesOf(people);
  const begun = performance.now();
  let next = 0;
  let done = 0;
  let worlds = 0;
  let isSound = true;
  const lane = async () => {
    for (let index = next++; index < scopes.length && isSound; index = next++) {
      const { name = '', faultsMax } = scopes[index] ?? {};
      const found = await inProcess({ people, index });
      done += 1;
      const which = `${done}/${scopes.length} ${name}, ${faultsMax} faults`;
      if ('violation' in found) {
        isSound = false;
        console.log(`${which}: VIOLATED: ${found.violation}`);
        continue;
      }
      worlds += found.worlds;
      const ends = JSON.stringify(found.ends);
      console.log(`${which}: ${found.worlds} worlds in ${found.seconds.toFixed(1)} s, ${ends}`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, lane));
  const seconds = ((performance.now() - begun) / 1_000).toFixed(0);
  if (isSound) console.log(`every way through ${scopes.length} scopes: ${worlds} worlds in ${seconds} s`);
  return isSound;
}
