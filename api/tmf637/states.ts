import type { ProductStatus } from '../../src/inventory/product.ts';

/** TMF637 writes `aborted` with a blank behind it in every version, so a strict client expects it. */
export const productStatusToTmf = {
  created: 'created',
  pendingActive: 'pendingActive',
  active: 'active',
  suspended: 'suspended',
  pendingTerminate: 'pendingTerminate',
  terminated: 'terminated',
  cancelled: 'cancelled',
  aborted: 'aborted ',
} as const satisfies Record<ProductStatus, string>;
export type TmfProductStatus = (typeof productStatusToTmf)[ProductStatus];

export const productStatusNames = Object.values(productStatusToTmf) as [
  TmfProductStatus,
  ...TmfProductStatus[],
];

/** With or without the blank. */
export const productStatusFromTmf = (status: string): string[] => [status.trimEnd()];
