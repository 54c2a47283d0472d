export { productOrder } from './productOrder.ts';
export { serviceOrder } from './serviceOrder.ts';
