/** The items of all brands by turns, each brand's in their order. So a brand with much work delays no other's first. */
export function interleaved<Item extends { readonly org: string }>(items: readonly Item[]): Item[] {
  const brands = [...Map.groupBy(items, ({ org }) => org).values()];
  const longest = Math.max(0, ...brands.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) => brands.flatMap((brand) => brand[turn] ?? [])).flat();
}
