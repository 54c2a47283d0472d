/** Everything an order can be refused for. `item` and `field` say where; only the boundary knows TMF paths. */
export const orderRefusalTypes = [
  'OrderEmpty',
  'ItemDuplicate',
  'RelationshipDangling',
  'RelationshipCyclic',
  'OfferingMissing',
  'OfferingUnknown',
  'OfferingRetired',
  'OfferingOfOtherSpecification',
  'BundlePartUnexpected',
  'QuantityInvalid',
  'CharacteristicInvalid',
  'CharacteristicMissing',
  'CharacteristicUnknown',
  'CharacteristicForbidden',
  'ProductMissing',
  'ProductUnknown',
  'ProductTwice',
  'ProductNotActive',
  'ProductReliedOn',
  'ProductInUse',
  'ServiceSpecificationMissing',
  'ServiceSpecificationUnknown',
  'ServiceOfOtherSpecification',
  'ServiceMissing',
  'ServiceUnknown',
  'ServiceTwice',
  'ServiceNotActive',
  'ServiceReliedOn',
  'ServiceOfProduct',
  'ServiceInUse',
  'RelianceUnbound',
  'RelianceAmbiguous',
  'ExpressionFailed',
  'PlanTooLarge',
] as const;
export type OrderRefusalType = (typeof orderRefusalTypes)[number];

export type RefusedField =
  | 'id'
  | 'quantity'
  | 'offering'
  | 'product'
  | 'relationship'
  | 'productRelationship'
  | 'service'
  | 'specification'
  | 'serviceRelationship'
  | { readonly characteristic: string };

export interface OrderRefusal {
  readonly type: OrderRefusalType;
  readonly message: string;
  readonly item?: string;
  readonly field?: RefusedField;
}

export type Decided<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: OrderRefusal };

/** Ends a deep computation with a refusal; `deciding` turns it back into a value. */
class Refusing extends Error {
  constructor(readonly refusal: OrderRefusal) {
    super(refusal.message);
  }
}

export function refuse(
  type: OrderRefusalType,
  message: string,
  where: { readonly item?: string; readonly field?: RefusedField } = {},
): never {
  throw new Refusing({ type, message, ...where });
}

/** Runs a pure computation of which any part may refuse; its caller gets a value, never an exception. */
export function deciding<T>(compute: () => T): Decided<T> {
  try {
    return { ok: true, value: compute() };
  } catch (thrown) {
    if (thrown instanceof Refusing) return { ok: false, refusal: thrown.refusal };
    throw thrown;
  }
}
