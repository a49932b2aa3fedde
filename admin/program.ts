import { Command, CommanderError } from "commander";
import { addCreate as addCreateCredential } from "./credentials/create.ts";
import { addDisable } from "./credentials/disable.ts";
import { addLimit } from "./credentials/limit.ts";
import { addList as addListCredentials } from "./credentials/list.ts";
import { addRotate } from "./credentials/rotate.ts";
import { addErase } from "./customers/erase.ts";
import { addExport } from "./customers/export.ts";
import { addImport } from "./customers/import.ts";
import { addList as addListCustomers } from "./customers/list.ts";
import { addStatistics } from "./customers/statistics.ts";
import { addErase as addEraseDeadLetters } from "./deadLetters/erase.ts";
import { addDoctor } from "./doctor/doctor.ts";
import { addAdjust } from "./enrollments/adjust.ts";
import { addEnroll } from "./enrollments/enroll.ts";
import { addExcuse, addFreezes, addUnexcuse } from "./enrollments/forgive.ts";
import { addUnenroll } from "./enrollments/unenroll.ts";
import { addReapply } from "./erasures/reapply.ts";
import { addShow as addShowErasure } from "./erasures/show.ts";
import type { Output } from "./output.ts";
import { type FailureStatus, Refused } from "./refused.ts";
import { addCreate as addCreateTargetGroup } from "./targetGroups/create.ts";
import { addActivate, addDeactivate, addExtend, addUpdate } from "./targetGroups/edits.ts";
import { addHistory } from "./targetGroups/history.ts";
import { addList as addListTargetGroups } from "./targetGroups/list.ts";
import { addShow } from "./targetGroups/show.ts";

/** 0 means that everything was done, or that help was printed. */
export type ExitStatus = 0 | FailureStatus;

/**
 * Carries out one command line. Results and problems go to different streams, so that a program can read the results.
 */
export async function runAdmin(args: readonly string[], output: Output): Promise<ExitStatus> {
  try {
    await createProgram(output).parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    // Commander has already printed the help, or the mistake in the command line.
    if (error instanceof CommanderError) return isHelp(error) ? 0 : 2;
    output.problem(`${describe(error)}\n`);
    return error instanceof Refused ? error.status : 1;
  }
}

type AddCommand = (parent: Command, output: Output) => void;

/** The groups of commands, by what they are about. Each command has a file of its own. */
const nouns: readonly { readonly name: string; readonly about: string; readonly commands: readonly AddCommand[] }[] = [
  {
    name: "credentials",
    about: "who may call the API",
    commands: [addCreateCredential, addListCredentials, addDisable, addRotate, addLimit],
  },
  {
    name: "target-groups",
    about: "milestones and streaks",
    commands: [
      addCreateTargetGroup,
      addListTargetGroups,
      addShow,
      addUpdate,
      addDeactivate,
      addActivate,
      addExtend,
      addHistory,
    ],
  },
  {
    name: "customers",
    about: "the members of the programme",
    commands: [addImport, addListCustomers, addStatistics, addExport, addErase],
  },
  { name: "erasures", about: "customers who are to be forgotten", commands: [addShowErasure, addReapply] },
  { name: "dead-letters", about: "queued activities that could not be counted", commands: [addEraseDeadLetters] },
];

const exitStatuses = `
Exit status: 0 done; 1 refused or failed, wholly or for some rows; 2 the command line or an input file cannot be
understood; 3 the service cannot be reached or does not let the credential in; 130 stopped by Ctrl-C.`;

function createProgram({ result, problem, terminal }: Output): Command {
  const output: Output = { result, problem, terminal };
  const program = new Command("admin")
    .usage("<command> [options]")
    .description("Milestreak's operator commands")
    .configureOutput({ writeOut: result, writeErr: problem })
    .showHelpAfterError("(add --help for what there is)")
    .addHelpText("after", exitStatuses)
    .exitOverride();
  for (const { name, about, commands } of nouns) {
    const noun = program.command(name).description(about);
    for (const add of commands) add(noun, output);
  }
  addEnroll(program, output);
  addUnenroll(program, output);
  addAdjust(program, output);
  addExcuse(program, output);
  addUnexcuse(program, output);
  addFreezes(program, output);
  addDoctor(program, output);
  return program;
}

function isHelp({ code }: CommanderError): boolean {
  return code === "commander.helpDisplayed";
}

/** A refusal's message is complete. For any other error, the name helps the operator to find the cause. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isNameTelling = error.name !== "Error" && !(error instanceof Refused);
  return isNameTelling ? `${error.name}: ${error.message}` : error.message;
}
