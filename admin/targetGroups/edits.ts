import { Argument, type Command } from "commander";
import type { EditOptions, MilestreakClient } from "../../client/client.ts";
import { type AccessOptions, addAccessOptions, findAccess } from "../access.ts";
import { type Answer, acceptedData } from "../answer.ts";
import { answerOf, openApi } from "../api.ts";
import { parseIdOption } from "../enrollments/target.ts";
import { type Output, report } from "../output.ts";
import { Refused } from "../refused.ts";
import { type Definition, locate, readEdit, readPeriods } from "./definitionFile.ts";
import { detailLines, type TargetGroup } from "./view.ts";

type EditCommandOptions = AccessOptions & { readonly ifVersion?: number };

export function addUpdate(parent: Command, output: Output): void {
  const command = onGroup(parent.command("update"))
    .description("change a target group by a YAML or JSON file; what the file leaves out stays as it is")
    .argument("<file>", "the body of PUT /targetGroups/editTargetGroup/<id>");
  addEditOptions(command).action(async (id: number, file: string, options: EditCommandOptions) => {
    const definition = await readEdit(file);
    const edit = (api: MilestreakClient, version: EditOptions) => api.editTargetGroup(id, definition.body, version);
    await run({ command, options, output, done: "Changed.", file: { name: file, definition } }, edit);
  });
}

export function addExtend(parent: Command, output: Output): void {
  const command = onGroup(parent.command("extend"))
    .description("append cycles to a target group: those of a file, or more of its rule")
    .argument("[file]", "the body of POST /targetGroups/<id>/targetPeriods, in YAML or JSON")
    .option("--cycles <count>", "how many cycles the group's rule is to make in all", parseIdOption);
  addEditOptions(command).action(
    async (id: number, file: string | undefined, options: EditCommandOptions & { readonly cycles?: number }) => {
      const { cycles: recurringCycles } = options;
      const common = { command, options, output, done: "Extended." };
      if (file === undefined && recurringCycles !== undefined)
        return run(common, (api, version) => api.editTargetGroup(id, { recurringCycles }, version));
      if (file === undefined || recurringCycles !== undefined)
        return command.error("error: name either a file or --cycles <count>", { exitCode: 2 });
      const definition = await readPeriods(file);
      return run({ ...common, file: { name: file, definition } }, (api, version) =>
        api.appendTargetPeriods(id, definition.body, version),
      );
    },
  );
}

export function addActivate(parent: Command, output: Output): void {
  addSwitch(parent, output, {
    name: "activate",
    about: "let a target group, or one target of it, go on",
    active: true,
  });
}

export function addDeactivate(parent: Command, output: Output): void {
  const about = "stop a target group, or one target of it; members stay members, and what arrives does not count";
  addSwitch(parent, output, { name: "deactivate", about, active: false });
}

function addSwitch(
  parent: Command,
  output: Output,
  { name, about, active }: { readonly name: string; readonly about: string; readonly active: boolean },
): void {
  const command = onGroup(parent.command(name))
    .description(about)
    .option("--target <id>", "only this target", parseIdOption);
  addEditOptions(command).action(
    async (targetGroupId: number, options: EditCommandOptions & { readonly target?: number }) => {
      const { target: targetId } = options;
      const done = active ? "Activated." : "Deactivated.";
      await run({ command, options, output, done }, (api, version) =>
        targetId === undefined
          ? api.editTargetGroup(targetGroupId, { active }, version)
          : api.editTarget({ targetGroupId, targetId }, { active }, version),
      );
    },
  );
}

function onGroup(command: Command): Command {
  return command.addArgument(new Argument("<id>", "as target-groups list shows it").argParser(parseIdOption));
}

function addEditOptions(command: Command): Command {
  return addAccessOptions(
    command.option("--if-version <version>", "only if the group is in this version", parseIdOption),
  );
}

type Run = {
  readonly command: Command;
  readonly options: EditCommandOptions;
  readonly output: Output;
  readonly done: string;
  readonly file?: { readonly name: string; readonly definition: Pick<Definition<unknown>, "lineOf"> };
};

/** Sends one edit and reports the group as it is then. An edit is sent once. */
async function run(
  { command, options, output, done, file }: Run,
  edit: (api: MilestreakClient, version: EditOptions) => Parameters<typeof answerOf<TargetGroup>>[0],
): Promise<void> {
  const api = openApi(await findAccess(command, options));
  const version = options.ifVersion === undefined ? {} : { version: options.ifVersion };
  const answer = await answerOf(edit(api, version));
  const group = acceptedData(told(answer, file));
  if (answer.kind === "accepted") for (const warning of answer.warnings) output.problem(`${warning}\n`);
  report(output, options.json, group, [done, ...detailLines(group)]);
}

function told(answer: Answer<TargetGroup>, file: Run["file"]): Answer<TargetGroup> {
  if (answer.kind === "refused" && answer.code === 300004 && file !== undefined) {
    const { name, definition } = file;
    throw new Refused(answer.messages.map((message) => locate(message, name, definition)).join("\n"));
  }
  if (answer.kind !== "unanswered") return answer;
  throw new Refused(`${answer.message}\nIt may have been changed: see target-groups history.`, 3);
}
