import type { Command } from "commander";
import { type AccessOptions, addAccessOptions, findAccess } from "../access.ts";
import { acceptedData } from "../answer.ts";
import { type Api, openApi } from "../api.ts";
import { type Output, report } from "../output.ts";
import { type GroupView, overviewLine, readGroup } from "./view.ts";

const pageSize = 25;
/** The API lists no further. */
const maximumOffset = 10_000;

export function addList(parent: Command, output: Output): void {
  const command = parent.command("list").description("list target groups by name");
  addAccessOptions(command).action(async (options: AccessOptions) => {
    const groups = await listGroups(openApi(await findAccess(command, options)));
    report(
      output,
      options.json,
      groups.map(({ data }) => data),
      groups.length === 0 ? ["There are no target groups."] : groups.map(overviewLine),
    );
  });
}

async function listGroups(api: Api): Promise<GroupView[]> {
  const groups: GroupView[] = [];
  while (groups.length <= maximumOffset) {
    const path = `/targetGroups?limit=${pageSize}&offset=${groups.length}`;
    const page = acceptedData(await api.send({ method: "GET", path }));
    const views = Array.isArray(page) ? page.map(readGroup) : [];
    // A page of large definitions is shorter than asked for; only an empty one is the end.
    if (views.length === 0) break;
    groups.push(...views);
  }
  return groups;
}
