/** The view that is shown. It stands in the address behind `#`, so that any static host can serve the page. */
export type View =
  | { readonly name: "groups" }
  | { readonly name: "group"; readonly groupId: number }
  | { readonly name: "newGroup" }
  | { readonly name: "target"; readonly groupId: number; readonly targetId: number }
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
  return parseTarget(hash) ?? { name: "groups" };
}

function parseTarget(hash: string): View | undefined {
  const [, groupId, targetId] = /^#\/groups\/(\d{1,16})\/targets\/(\d{1,16})$/.exec(hash) ?? [];
  return groupId === undefined ? undefined : { name: "target", groupId: Number(groupId), targetId: Number(targetId) };
}

export function addressOf(view: View): string {
  switch (view.name) {
    case "group":
      return `#/groups/${view.groupId}`;
    case "newGroup":
      return "#/groups/new";
    case "target":
      return `#/groups/${view.groupId}/targets/${view.targetId}`;
    case "customer":
      return `#/customers/${view.customerId}`;
    case "groups":
    case "customers":
    case "events":
      return `#/${view.name}`;
  }
}
