import type { RequestedItem } from '../../src/order/order.ts';
import { item, reliesOnItem, reliesOnProduct } from '../decomposition/demo.ts';
import type { Draw } from '../kernel/random.ts';
import { bundleOffering, type DrawnCatalogue } from './drawnCatalogue.ts';
import type { Stock } from './drawnStock.ts';

/** One to so many wishes, with all that they need: adds with their foundations, deletes with what relies on them. */
export function drawItems(
  draw: Draw,
  catalogue: DrawnCatalogue,
  stock: Stock,
  most: number,
): RequestedItem[] {
  const desk = new Desk(draw, catalogue, stock);
  const wishes = 1 + draw(most);
  for (let wish = 0; wish < wishes; wish++) desk.wish();
  return desk.items;
}

/** Fills in the order as a customer would who knows what relies on what. */
class Desk {
  readonly items: RequestedItem[] = [];
  readonly #draw: Draw;
  readonly #catalogue: DrawnCatalogue;
  readonly #stock: Stock;
  readonly #quantity: number;
  /** The line of what stands that new products are built on, and deletes are about. */
  readonly #line: readonly string[];
  /** Product → the item that adds it; null where it comes with its bundle and cannot be named. */
  readonly #added = new Map<number, string | null>();
  readonly #named = new Set<string>();
  readonly #reliedOn = new Set<string>();
  readonly #leaving = new Set<string>();

  constructor(draw: Draw, catalogue: DrawnCatalogue, stock: Stock) {
    this.#draw = draw;
    this.#catalogue = catalogue;
    this.#stock = stock;
    this.#quantity = draw(5) === 1 ? 2 : 1;
    this.#line = stock.lines[draw(Math.max(1, stock.lines.length))] ?? [];
  }

  wish(): void {
    const product = this.#draw(this.#catalogue.products);
    const kind = this.#draw(6);
    const standing = this.#line[product];
    if (standing === undefined || this.#named.has(standing)) {
      if (kind === 3 && this.#added.size === 0 && this.#catalogue.parts > 0) this.#addBundle();
      else this.#add(product);
    } else if (kind === 0 || kind === 4) this.#modify(product, standing);
    else if (kind === 5) this.#delete(product);
    else if (kind === 3 && this.#stock.bundles.length > 0) this.#deleteBundle();
    else this.#add(product);
  }

  #put(given: Partial<RequestedItem>): string {
    const id = `item${this.items.length + 1}`;
    this.items.push(item(id, given));
    return id;
  }

  #add(product: number): void {
    if (this.#added.has(product)) return;
    const related = this.#foundations(product);
    const characteristics = this.#draw(2) === 1 ? { extra: true } : {};
    const given = { offering: `o${product}`, quantity: this.#quantity, characteristics, ...related };
    this.#added.set(product, this.#put(given));
  }

  /** What is ordered together, else what stands, else it is ordered as well. */
  #foundations(product: number): Pick<RequestedItem, 'relationships' | 'productRelationships'> {
    const below = this.#catalogue.foundations[product] ?? [];
    const standing = below.flatMap((one) => {
      const id = this.#line[one];
      return this.#added.has(one) || id === undefined || this.#leaving.has(id) ? [] : [id];
    });
    for (const one of below)
      if (!this.#added.has(one) && !standing.includes(this.#line[one] ?? '')) this.#add(one);
    for (const id of standing) this.#reliedOn.add(id);
    return {
      relationships: below.flatMap((one) => this.#added.get(one) ?? []).map(reliesOnItem),
      productRelationships: standing.map(reliesOnProduct),
    };
  }

  /** With its parts named one by one, or as the offering has them. */
  #addBundle(): void {
    const bundle = this.#put({ offering: bundleOffering, quantity: this.#quantity });
    const isNamed = this.#draw(2) === 1;
    for (let part = 0; part < this.#catalogue.parts; part++) {
      const given = { offering: `o${part}`, quantity: this.#quantity, parent: bundle };
      const related = (this.#catalogue.foundations[part] ?? []).flatMap((one) => this.#added.get(one) ?? []);
      const id = isNamed ? this.#put({ ...given, relationships: related.map(reliesOnItem) }) : null;
      this.#added.set(part, id);
    }
  }

  #modify(product: number, productId: string): void {
    const told = this.#draw(8);
    this.#named.add(productId);
    const below = (this.#catalogue.foundations[product] ?? []).flatMap((one) => this.#line[one] ?? []);
    const standing = below.filter((id) => !this.#leaving.has(id));
    for (const id of [productId, ...standing]) this.#reliedOn.add(id);
    this.#put({
      action: 'modify',
      productId,
      characteristics: {
        ...(told % 2 === 0 && { size: 2 }),
        ...(told & 2 && { tag: 'y' }),
        ...(told & 4 && { extra: this.#draw(2) === 1 }),
      },
      productRelationships: standing.map(reliesOnProduct),
    });
  }

  /** Mostly with all that relies on it. */
  #delete(product: number): void {
    const upon = this.#draw(8) === 1 ? new Set([product]) : this.#upon(product);
    const leaving = [...upon].flatMap((one) => this.#line[one] ?? []);
    if (leaving.some((id) => this.#named.has(id) || this.#reliedOn.has(id))) this.#add(product);
    else for (const id of leaving) this.#leave(id);
  }

  #leave(productId: string): void {
    this.#named.add(productId);
    this.#leaving.add(productId);
    this.#put({ action: 'delete', productId });
  }

  #upon(product: number): Set<number> {
    const upon = new Set([product]);
    for (const [other, below] of this.#catalogue.foundations.entries())
      if (below.some((one) => upon.has(one))) upon.add(other);
    return upon;
  }

  #deleteBundle(): void {
    const bundle = this.#stock.bundles[this.#stock.lines.indexOf(this.#line)] ?? '';
    const parts = this.#line.slice(0, this.#catalogue.parts);
    if (this.#line.some((id) => this.#named.has(id) || this.#reliedOn.has(id))) return;
    this.#leave(bundle);
    for (const id of parts) {
      this.#named.add(id);
      this.#leaving.add(id);
    }
    for (const id of this.#line.slice(this.#catalogue.parts)) this.#leave(id);
  }
}
