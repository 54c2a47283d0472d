import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { CatalogRefusal } from '../src/catalog/model.ts';
import type { JsonObject } from '../src/kernel/json.ts';
import type { CancelRefusal } from '../src/order/cancelRefusal.ts';
import type { BulkRefusal } from '../src/operator/bulk.ts';
import type { OrderRefusalType } from '../src/order/refusal.ts';
import type { RowRefusalType } from '../src/operator/refusal.ts';
import type { CommandRefusal } from '../src/serviceOrder/refusal.ts';

type Problem = readonly [status: ContentfulStatusCode, reason: string];

/** Everything an order can be refused for: 400 is about the request, 409 about what is there already. */
const ofOrders = {
  OrderEmpty: [400, 'The order has no item'],
  ItemDuplicate: [400, 'Two items have the same id'],
  RelationshipDangling: [400, 'A relationship names an item that is not in the order'],
  RelationshipCyclic: [400, 'Items depend on each other in a circle'],
  OfferingMissing: [400, 'The item names no product offering'],
  OfferingUnknown: [400, 'The product offering is not in the catalogue'],
  OfferingRetired: [400, 'The product offering is no longer sold'],
  OfferingOfOtherSpecification: [400, 'The product offering is of another product specification'],
  BundlePartUnexpected: [400, 'The offering is not a part of the bundle'],
  QuantityInvalid: [400, 'The quantity is not possible'],
  CharacteristicInvalid: [400, 'The characteristic has a wrong type or is out of range'],
  CharacteristicMissing: [400, 'A required characteristic has no value'],
  CharacteristicUnknown: [400, 'The product has no such characteristic'],
  CharacteristicForbidden: [400, 'The product offering does not allow this value'],
  ProductMissing: [400, 'The item names no product'],
  ProductUnknown: [400, 'The product is not in the inventory'],
  ProductTwice: [400, 'Two items name the same product'],
  ProductNotActive: [409, 'The product is not active'],
  ProductReliedOn: [409, 'Other products rely on the product'],
  ProductInUse: [409, 'Another open order holds the product'],
  ServiceSpecificationMissing: [400, 'The item names no service specification'],
  ServiceSpecificationUnknown: [400, 'The service specification is not in the catalogue'],
  ServiceOfOtherSpecification: [400, 'The service is of another service specification'],
  ServiceMissing: [400, 'The item names no service'],
  ServiceUnknown: [400, 'The service is not in the inventory'],
  ServiceTwice: [400, 'Two items name the same service'],
  ServiceNotActive: [409, 'The service is not active'],
  ServiceReliedOn: [409, 'Other services rely on the service'],
  ServiceOfProduct: [409, 'The service is part of a product'],
  ServiceInUse: [409, 'Another open order holds the service'],
  RelianceUnbound: [400, 'Nothing says which product the service relies on'],
  RelianceAmbiguous: [400, 'Several products could be the one the service relies on'],
  ExpressionFailed: [400, 'The catalogue cannot compute a value from this order'],
  PlanTooLarge: [400, 'The order needs more services than one plan may hold'],
} as const satisfies Record<OrderRefusalType, Problem>;

const ofCatalogues = {
  CatalogInvalid: [400, 'The catalogue is not sound'],
} as const satisfies Record<CatalogRefusal['type'], Problem>;

const ofCommands = {
  StepNotWaiting: [409, 'The step is neither held nor waits for its retry'],
  ServiceOrderOver: [409, 'The service order is over'],
  OrderOver: [409, 'The order is over'],
  AbortedAlready: [409, 'The order is being taken back already'],
  NothingToTakeBack: [409, 'Nothing of the order can be taken back any more'],
  StepNotHeld: [409, 'The step is not held'],
  StepNotOptional: [409, 'The service cannot do without the step'],
  StepInDoubt: [409, 'Nobody knows whether the step took effect'],
  StepGoesForward: [409, 'The step builds something: there is nothing to leave behind'],
  OnHold: [409, 'The order is on hold'],
  NotOnHold: [409, 'The order is not on hold'],
  HeldAlready: [409, 'The order is on hold already'],
  BeingCancelled: [409, 'The order is being cancelled'],
  StepGoesBack: [409, 'The step is being taken back'],
  StepTakesAway: [409, 'The step takes something away: there are no values to set'],
  NotLost: [409, 'The service order has not lost its run'],
} as const satisfies Record<CommandRefusal['type'], Problem>;

/** What an operator's command is refused for before any run is asked. */
const ofTheDesk = {
  ResourceUnknown: [404, 'There is no such resource'],
  FalloutClosed: [409, 'The fallout is closed'],
  FalloutOwned: [409, 'Somebody else takes care of the fallout'],
  CommandUnfit: [409, 'The command does not fit this fallout'],
  EditUnfit: [400, 'The edit does not fit the step'],
  ResultsUnfit: [400, 'The results do not fit the step'],
  EvidenceMissing: [409, 'The system does not show what is there'],
  EvidenceContradicts: [409, 'The system shows something else than the step wants'],
  ServiceOrderOfProductOrder: [409, 'The service order belongs to a product order'],
  OrderNotOrphaned: [409, 'The order has not lost its run'],
  RunMissing: [409, 'No workflow runs for it'],
} as const satisfies Record<RowRefusalType, Problem>;

const ofTheEdge = {
  RequestMalformed: [400, 'This is not HTTP, or it came too slowly'],
  BodyMalformed: [400, 'The body is not well-formed JSON'],
  BodyInvalid: [400, 'The body does not fit the contract'],
  TextInvalid: [400, 'The text holds characters that cannot be stored'],
  NumberUnsafe: [400, 'The number cannot be held without loss'],
  ItemsTooMany: [400, 'The order has too many items'],
  CharacteristicDuplicate: [400, 'A characteristic has two values'],
  ChangeUnsupported: [400, 'This change cannot be ordered'],
  IdempotencyKeyInvalid: [400, 'The Idempotency-Key is not usable'],
  ParameterInvalid: [400, 'The query parameter has no usable value'],
  FilterUnknown: [400, 'The resource cannot be filtered by this attribute'],
  FilterInvalid: [400, 'The filter has no usable value'],
  SortUnknown: [400, 'The resource cannot be sorted by this attribute'],
  MessageIdInvalid: [400, 'The id of the callback is not usable'],
  SignatureInvalid: [401, 'The signature does not fit'],
  PathUnknown: [404, 'There is nothing at this path'],
  MethodUnsupported: [405, 'The resource does not support this method'],
  SystemExists: [409, 'There is a system of this name'],
  ExternalIdReused: [409, 'Another order has this external id'],
  CallbackNotDead: [409, 'The callback is no dead letter'],
  BodyTooLarge: [413, 'The body is too large'],
  MediaTypeUnsupported: [415, 'The media type is not supported'],
  HeadersTooLarge: [431, 'The headers are too large'],
  IdempotencyKeyReused: [422, 'The Idempotency-Key was used for another request'],
  InternalError: [500, 'Something went wrong inside'],
  CommandUnanswered: [503, 'The command has no answer yet'],
  DatabaseUnavailable: [503, 'The database cannot be reached'],
} as const satisfies Record<string, Problem>;

/** What a cancel is refused for beside what other requests are. */
const ofCancels = {
  CancelOpen: [409, 'Another task asks to cancel the order'],
} as const satisfies Record<
  Exclude<CancelRefusal['type'], keyof typeof ofCommands | keyof typeof ofTheDesk | keyof typeof ofTheEdge>,
  Problem
>;

const ofBulks = {
  BulkTooLarge: [409, 'More fallout is open than one bulk may hold'],
} as const satisfies Record<BulkRefusal['type'], Problem>;

/** The one place that chooses status codes. */
export const problems = {
  ...ofOrders,
  ...ofCatalogues,
  ...ofCommands,
  ...ofTheDesk,
  ...ofTheEdge,
  ...ofCancels,
  ...ofBulks,
};
export type ProblemCode = keyof typeof problems;

export interface Refusal {
  readonly code: ProblemCode;
  readonly message: string;
  /** Where, in the words of the contract, such as `productOrderItem[1].productOffering.id`. */
  readonly path?: string;
  /** More of the same kind, where one request can be wrong at several places. */
  readonly details?: readonly JsonObject[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Ends a request; `app.onError` answers it. Nothing below `api/` throws or catches it. */
export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

export const refuse = (
  code: ProblemCode,
  message: string,
  more: Omit<Refusal, 'code' | 'message'> = {},
): never => {
  throw new Refused({ code, message, ...more });
};

/** Such as `productOrderItem[1].quantity`. */
export const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');

export function answer(c: Context, { code, message, path, details, headers }: Refusal): Response {
  const [status, reason] = problems[code];
  for (const [name, value] of Object.entries(headers ?? {})) c.header(name, value);
  const where = path === undefined || path === '' ? undefined : path;
  const body = {
    '@type': 'Error',
    code,
    reason,
    message: where === undefined ? message : `${where}: ${message}`,
    status: String(status),
    ...(where !== undefined && { path: where }),
    ...(details !== undefined && { details }),
  };
  return c.json(body, status);
}
