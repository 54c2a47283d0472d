import type { Draw } from '../kernel/random.ts';
import { bundle } from '../support/clientOf.ts';
import { fibre } from '../support/orders.ts';
import { accessItem, deleteItem, ipItem, modifyItem } from '../support/serviceOrders.ts';
import { voiceItem } from '../support/voice.ts';
import { bestEffortOffering } from './catalogue.ts';

export type ServiceKind = 'services' | 'modify services' | 'delete services';
export type Kind =
  | ServiceKind
  | 'bundle'
  | 'fibre'
  | 'two fibres'
  | 'voice'
  | 'best effort'
  | 'modify'
  | 'delete';

/** A product that stands, with the fibre in it that may be modified. */
export interface Standing {
  readonly product: string;
  readonly fibre: string;
  readonly offering: string;
}

/** Services of no product that were ordered together, the one with a speed first. */
export interface OwnServices {
  readonly services: readonly string[];
  readonly mbps: number;
}

export interface Pools {
  readonly products: Standing[];
  readonly services: OwnServices[];
}

interface ProductWish {
  readonly of: 'productOrder';
  readonly kind: Exclude<Kind, ServiceKind>;
  readonly items: readonly object[];
  /** Seconds from now, where it is to start later. */
  readonly startsIn?: number;
  readonly on?: Standing;
}

interface ServiceWish {
  readonly of: 'serviceOrder';
  readonly kind: ServiceKind;
  readonly items: readonly object[];
  /** What it leaves, if it completes, where that is known beforehand. */
  readonly mbps: number;
  readonly on?: OwnServices;
}

export type Wish = ProductWish | ServiceWish;

export const otherSpeed = (offering: string): string =>
  offering === 'OFF-FIBRE-1G' ? 'OFF-FIBRE-2G' : 'OFF-FIBRE-1G';

/** What a client wants next; what it wants of something that stands, it takes out of its pool. */
export function wishFor(draw: Draw, pools: Pools): Wish {
  const drawn = draw(100);
  if (drawn >= 92) return serviceWish(draw, pools.services);
  const wish = productWish(draw, drawn, pools.products);
  return draw(100) < 6 ? { ...wish, startsIn: 2 + draw(3) } : wish;
}

function productWish(draw: Draw, drawn: number, pool: Standing[]): ProductWish {
  const of = 'productOrder';
  const [on] = drawn < 36 && pool.length > 3 ? pool.splice(draw(pool.length), 1) : [];
  if (on !== undefined && drawn < 17)
    return { of, kind: 'delete', items: [{ id: '1', action: 'delete', product: { id: on.product } }], on };
  if (on !== undefined) {
    const product = { id: on.fibre };
    const productOffering = { id: otherSpeed(on.offering) };
    return { of, kind: 'modify', items: [{ id: '1', action: 'modify', productOffering, product }], on };
  }
  if (drawn < 62) return { of, kind: 'bundle', items: [bundle] };
  if (drawn < 74) return { of, kind: 'fibre', items: [fibre()] };
  if (drawn < 81) return { of, kind: 'two fibres', items: [{ ...fibre(), quantity: 2 }] };
  if (drawn < 88) return { of, kind: 'voice', items: [voiceItem()] };
  const offering = { productOffering: { id: bestEffortOffering } };
  return { of, kind: 'best effort', items: [{ ...bundle, ...offering }] };
}

function serviceWish(draw: Draw, pool: OwnServices[]): ServiceWish {
  const of = 'serviceOrder';
  const mbps = 100 * (1 + draw(50));
  const [on] = draw(3) > 0 && pool.length > 0 ? pool.splice(draw(pool.length), 1) : [];
  const [access = ''] = on?.services ?? [];
  if (on === undefined) {
    const items = [accessItem('1', mbps), ...(draw(2) === 0 ? [ipItem('2', '1')] : [])];
    return { of, kind: 'services', items, mbps };
  }
  if (draw(2) === 0)
    return {
      of,
      kind: 'modify services',
      items: [modifyItem('1', access, { downstreamMbps: mbps })],
      mbps,
      on,
    };
  const items = on.services.map((service, index) => deleteItem(String(index + 1), service));
  return { of, kind: 'delete services', items, mbps, on };
}
