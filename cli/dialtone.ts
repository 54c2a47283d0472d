import { saveCatalogue } from './catalogue.ts';
import { demo } from './demo.ts';
import { Unreachable } from './http.ts';

const usage = `dialtone COMMAND

  demo                    orders the Business Fibre bundle, shows it live until it is completed, then what stands
  catalogue FILE|FOLDER…  saves the products and services that YAML files describe

Variables: DIALTONE_URL (http://localhost:8080), NETWORK_URL (http://localhost:8090; demo only)`;

const commands: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  demo,
  catalogue: saveCatalogue,
};

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h') {
    console.log(usage);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    console.error(`dialtone has no command ${name}.\n\n${usage}`);
    return 2;
  }
  return command(args);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (!(error instanceof Unreachable)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  },
);
