import { isFullLength } from "./seeds.ts";

/** A shorter search takes every 53rd order. 53 is prime, so these orders differ in their last items too. */
const step = isFullLength ? 1 : 53;

/** How many of so many orders are searched. */
export function searchedOrders(all: number): number {
  return Math.floor(all / step);
}

/** All orders of the items in `npm run test:long`, some of them in `npm test`. */
export function* searchedOrdersOf<One>(items: readonly One[]): Generator<readonly One[]> {
  let orders = 0;
  for (const order of ordersOf(items)) {
    orders += 1;
    if (orders % step === 0) yield order;
  }
}

function* ordersOf<One>(items: readonly One[]): Generator<readonly One[]> {
  if (items.length === 0) yield [];
  for (const [index, first] of items.entries()) {
    for (const rest of ordersOf(items.toSpliced(index, 1))) yield [first, ...rest];
  }
}
