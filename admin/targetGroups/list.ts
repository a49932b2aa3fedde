import type { Command } from "commander";
import type { MilestreakClient } from "../../client/client.ts";
import { type AccessOptions, addAccessOptions, findAccess } from "../access.ts";
import { acceptedData } from "../answer.ts";
import { answerOf, openApi } from "../api.ts";
import { type Output, report } from "../output.ts";
import { overviewLine, type TargetGroup } from "./view.ts";

const pageSize = 25;
/** The API's largest offset. */
const maximumOffset = 10_000;

export function addList(parent: Command, output: Output): void {
  const command = parent.command("list").description("list target groups by name");
  addAccessOptions(command).action(async (options: AccessOptions) => {
    const groups = await listGroups(openApi(await findAccess(command, options)));
    report(
      output,
      options.json,
      groups,
      groups.length === 0 ? ["There are no target groups."] : groups.map(overviewLine),
    );
  });
}

async function listGroups(api: MilestreakClient): Promise<TargetGroup[]> {
  const groups: TargetGroup[] = [];
  while (groups.length <= maximumOffset) {
    const page = acceptedData(await answerOf(api.listTargetGroups({ limit: pageSize, offset: groups.length })));
    // A page of large definitions is shorter than requested, so only an empty page is the end.
    if (page.length === 0) break;
    groups.push(...page);
  }
  return groups;
}
