/** The tables, room by room. */

export * from './schema/operator.ts';
export * from './schema/catalogue.ts';
export * from './schema/productOrders.ts';
export * from './schema/inventory.ts';
export * from './schema/serviceOrders.ts';
export * from './schema/people.ts';
export * from './schema/leaving.ts';
