import { type Command, InvalidArgumentError } from "commander";
import { orgPattern, usernamePattern } from "../../shared/table/keys.ts";
import { addConnectionOptions, type ConnectionOptions } from "../connection.ts";

/** The options of every command on credentials. */
export type CommonOptions = ConnectionOptions & { readonly org: string; readonly json?: true };
export type CredentialOptions = CommonOptions & { readonly username: string };

/** A subcommand with the options that all of them share. */
export function addCommand(parent: Command, name: string, description: string): Command {
  const command = parent
    .command(name)
    .description(description)
    .requiredOption("--org <org>", "the brand the credential is for", parseOrg);
  return addConnectionOptions(command).option("--json", "print JSON, for a program to read");
}

export function addUsernameOption(command: Command): Command {
  return command.requiredOption(
    "--username <name>",
    "the credential's user name, also its OAuth client id",
    parseUsername,
  );
}

export function parseOrg(text: string): string {
  if (orgPattern.test(text)) return text;
  throw new InvalidArgumentError("An org has 1 to 64 letters, digits, _ or -.");
}

function parseUsername(text: string): string {
  if (usernamePattern.test(text)) return text;
  throw new InvalidArgumentError("A user name has 1 to 64 letters, digits, ., _ or -.");
}
