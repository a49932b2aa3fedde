import type { Command } from "commander";
import { type AccessOptions, addAccessOptions, findAccess } from "../access.ts";
import { acceptedData } from "../answer.ts";
import { answerOf, openApi } from "../api.ts";
import { type Output, report } from "../output.ts";
import { Refused } from "../refused.ts";
import { locate, readDefinition } from "./definitionFile.ts";
import { detailLines } from "./view.ts";

export function addCreate(parent: Command, output: Output): void {
  const command = parent
    .command("create")
    .description("create a target group from a YAML or JSON file")
    .argument("<file>", "the body of POST /targetGroups");
  addAccessOptions(command).action(async (file: string, options: AccessOptions) =>
    create(command, file, options, output),
  );
}

async function create(command: Command, file: string, options: AccessOptions, output: Output): Promise<void> {
  const definition = await readDefinition(file);
  const api = openApi(await findAccess(command, options));
  const answer = await answerOf(api.createTargetGroup(definition.body));
  if (answer.kind === "refused" && answer.code === 300004) {
    throw new Refused(answer.messages.map((message) => locate(message, file, definition)).join("\n"));
  }
  // The request is not repeated automatically. A repeat would be refused because the first one has taken the name.
  if (answer.kind === "unanswered") {
    throw new Refused(`${answer.message}\nIt may have been created: see target-groups list.`, 3);
  }
  const group = acceptedData(answer);
  if (answer.kind === "accepted") for (const warning of answer.warnings) output.problem(`${file}: ${warning}\n`);
  report(output, options.json, group, ["Created.", ...detailLines(group)]);
}
