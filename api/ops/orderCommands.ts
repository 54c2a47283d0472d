import { orderCommands, type OrderCommandName } from '../../src/operator/commands.ts';
import type { ApiDeps } from '../deps.ts';
import { errors, idParameter, json, keyParameter, type Operation } from '../operation.ts';
import { commandSchema } from './commandAnswer.ts';
import { commandOrder, type CommandedKind, orderCommandSchemas } from './commands.ts';

const places = {
  productOrder: { path: '/ops/v1/productOrders/{id}', name: 'ProductOrder' },
  serviceOrder: { path: '/ops/v1/serviceOrders/{id}', name: 'ServiceOrder' },
} as const satisfies Record<CommandedKind, object>;
const kinds = ['productOrder', 'serviceOrder'] as const satisfies readonly CommandedKind[];

/** POST /ops/v1/{productOrders,serviceOrders}/{id}/{hold,resume,abort,restart}: 202 */
export const orderOperations = (deps: ApiDeps): readonly Operation[] =>
  kinds.flatMap((kind) => orderCommands.map((command) => operation(deps, kind, command)));

const operation = (deps: ApiDeps, kind: CommandedKind, command: OrderCommandName): Operation => ({
  handle: (c) => commandOrder(c, deps, kind, command),
  route: {
    method: 'post',
    path: `${places[kind].path}/${command}`,
    operationId: `${command}${places[kind].name}`,
    tags: ['Operations'],
    parameters: [idParameter, keyParameter],
    request: {
      body: {
        required: command === 'hold' || command === 'abort',
        ...json('Why', orderCommandSchemas[command]),
      },
    },
    responses: {
      202: json('Carried out; what follows from it takes its time', commandSchema),
      ...errors(400, 404, 409, 413, 415, 422, 500, 503),
    },
  },
});
