import { Command, CommanderError } from "commander";
import { addCreate } from "./credentials/create.ts";
import { addDisable } from "./credentials/disable.ts";
import { addList } from "./credentials/list.ts";
import { addRotate } from "./credentials/rotate.ts";
import type { Output } from "./output.ts";
import { Refused } from "./refused.ts";

/** 0: done, or help was asked for. 1: refused or failed. 2: the command line cannot be understood. */
export type ExitStatus = 0 | 1 | 2;

/** Carries one command line out. Results go to one stream, problems to the other, so that a program can read them. */
export async function runAdmin(args: readonly string[], output: Output): Promise<ExitStatus> {
  try {
    await createProgram(output).parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    // Help that was asked for, or what is wrong with the command line: commander has said it already.
    if (error instanceof CommanderError) return isHelp(error) ? 0 : 2;
    output.problem(`${describe(error)}\n`);
    return 1;
  }
}

function createProgram({ result, problem }: Output): Command {
  const output: Output = { result, problem };
  const program = new Command("admin")
    .usage("credentials <command> [options]")
    .description("Milestreak's operator commands")
    .configureOutput({ writeOut: result, writeErr: problem })
    .showHelpAfterError("(add --help for what there is)")
    .exitOverride();
  const credentials = program.command("credentials").description("who may call the API");
  for (const add of [addCreate, addList, addDisable, addRotate]) add(credentials, output);
  return program;
}

function isHelp({ code }: CommanderError): boolean {
  return code === "commander.helpDisplayed";
}

/** A refusal says all there is to say; of anything else, the name tells an operator where to look. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isNameTelling = error.name !== "Error" && !(error instanceof Refused);
  return isNameTelling ? `${error.name}: ${error.message}` : error.message;
}
