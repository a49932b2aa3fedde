import { Argument, type Command } from "commander";
import { stringify } from "yaml";
import { type AccessOptions, addAccessOptions, findAccess } from "../access.ts";
import { acceptedData } from "../answer.ts";
import { answerOf, openApi } from "../api.ts";
import { parseIdOption } from "../enrollments/target.ts";
import { type Output, report } from "../output.ts";
import { definitionOf, detailLines } from "./view.ts";

export function addShow(parent: Command, output: Output): void {
  const command = parent
    .command("show")
    .description("show a target group with its cycles, targets and levels")
    .addArgument(new Argument("<id>", "as target-groups list shows it").argParser(parseIdOption))
    .option("--yaml", "print the file that target-groups create makes the same group of");
  addAccessOptions(command).action(async (id: number, options: AccessOptions & { readonly yaml?: true }) => {
    const api = openApi(await findAccess(command, options));
    const group = acceptedData(await answerOf(api.getTargetGroup(id)));
    if (options.yaml) output.result(stringify(definitionOf(group)));
    else report(output, options.json, group, detailLines(group));
  });
}
