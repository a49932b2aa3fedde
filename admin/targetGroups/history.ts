import { Argument, type Command } from "commander";
import type { DataOf, MilestreakClient } from "../../client/client.ts";
import { type AccessOptions, addAccessOptions, findAccess } from "../access.ts";
import { acceptedData } from "../answer.ts";
import { answerOf, openApi } from "../api.ts";
import { parseIdOption } from "../enrollments/target.ts";
import { type Output, report } from "../output.ts";

type Change = DataOf<"getAuditLogs">[number];

const pageSize = 200;
/** The API's largest offset. */
const maximumOffset = 10_000;

export function addHistory(parent: Command, output: Output): void {
  const command = parent
    .command("history")
    .description("list who has changed what of a target group, the newest first")
    .addArgument(new Argument("<id>", "as target-groups list shows it").argParser(parseIdOption));
  addAccessOptions(command).action(async (id: number, options: AccessOptions) => {
    const changes = await listChanges(openApi(await findAccess(command, options)), id);
    report(output, options.json, changes, changes.map(changeLine));
  });
}

async function listChanges(api: MilestreakClient, id: number): Promise<Change[]> {
  const changes: Change[] = [];
  while (changes.length <= maximumOffset) {
    const page = acceptedData(await answerOf(api.getAuditLogs(id, { limit: pageSize, offset: changes.length })));
    changes.push(...page);
    if (page.length < pageSize) break;
  }
  return changes;
}

function changeLine({ version, changedOn, changedBy, field, oldValue, newValue }: Change): string {
  const values = `${JSON.stringify(oldValue)} → ${JSON.stringify(newValue)}`;
  return `${String(version).padStart(6)}  ${changedOn}  ${changedBy ?? "the service"}  ${field}: ${values}`;
}
