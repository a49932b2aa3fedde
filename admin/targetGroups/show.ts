import { Argument, type Command } from "commander";
import { type AccessOptions, addAccessOptions, findAccess } from "../access.ts";
import { acceptedData } from "../answer.ts";
import { answerOf, openApi } from "../api.ts";
import { parseIdOption } from "../enrollments/target.ts";
import { type Output, report } from "../output.ts";
import { detailLines } from "./view.ts";

export function addShow(parent: Command, output: Output): void {
  const command = parent
    .command("show")
    .description("show a target group with its cycles, targets and levels")
    .addArgument(new Argument("<id>", "as target-groups list shows it").argParser(parseIdOption));
  addAccessOptions(command).action(async (id: number, options: AccessOptions) => {
    const api = openApi(await findAccess(command, options));
    const group = acceptedData(await answerOf(api.getTargetGroup(id)));
    report(output, options.json, group, detailLines(group));
  });
}
