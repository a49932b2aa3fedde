/** The view that is shown. It stands in the address behind `#`, so that any static host can serve the page. */
export type View =
  | { readonly name: "groups" }
  | { readonly name: "group"; readonly groupId: number }
  | { readonly name: "newGroup" }
  | { readonly name: "customers" }
  | { readonly name: "customer"; readonly customerId: number }
  | { readonly name: "events" };

/** The view of an address. An address that is not the console's is the start. */
export function parseView(hash: string): View {
  const [, name, id] = /^#\/(\w+)(?:\/(\d{1,16}|new))?$/.exec(hash) ?? [];
  if (name === "groups" && id === "new") return { name: "newGroup" };
  if (name === "groups" && id !== undefined) return { name: "group", groupId: Number(id) };
  if (name === "customers" && id !== undefined && id !== "new") return { name: "customer", customerId: Number(id) };
  if (name === "customers" || name === "events") return { name };
  return { name: "groups" };
}

export function addressOf(view: View): string {
  switch (view.name) {
    case "group":
      return `#/groups/${view.groupId}`;
    case "newGroup":
      return "#/groups/new";
    case "customer":
      return `#/customers/${view.customerId}`;
    case "groups":
    case "customers":
    case "events":
      return `#/${view.name}`;
  }
}
