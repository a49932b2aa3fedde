/** The view that is shown. It stands in the address behind `#`, so that any static host can serve the page. */
export type View =
  | { readonly name: "groups" }
  | { readonly name: "customers" }
  | { readonly name: "customer"; readonly customerId: number }
  | { readonly name: "events" };

/** The view of an address. An address that is not the console's is the start. */
export function parseView(hash: string): View {
  const [, name, id] = /^#\/(\w+)(?:\/(\d{1,16}))?$/.exec(hash) ?? [];
  if (name === "customers" && id !== undefined) return { name: "customer", customerId: Number(id) };
  if (name === "customers" || name === "events") return { name };
  return { name: "groups" };
}

export function addressOf(view: View): string {
  return view.name === "customer" ? `#/customers/${view.customerId}` : `#/${view.name}`;
}
