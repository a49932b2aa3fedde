import type { Command } from "commander";
import { disableCredential } from "../../shared/table/credentials.ts";
import { withTable } from "../connection.ts";
import { type Output, report } from "../output.ts";
import { addCommand, addUsernameOption, type CredentialOptions } from "./options.ts";
import { noSuchCredential } from "./refusals.ts";

export function addDisable(parent: Command, output: Output): void {
  const command = addUsernameOption(addCommand(parent, "disable", "end a credential and its access tokens, for good"));
  command.action(async (options: CredentialOptions) => disable(command, options, output));
}

async function disable(command: Command, options: CredentialOptions, output: Output): Promise<void> {
  const { org, username, json } = options;
  const outcome = await withTable(command, options, (table) => disableCredential(table, { org, username }));
  if (outcome === "notFound") throw noSuchCredential(options);
  report(output, json, { org, username, isActive: false }, [
    `Disabled ${username} of org ${org}. Deployed, API Gateway may remember it for up to 5 minutes more.`,
  ]);
}
