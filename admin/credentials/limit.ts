import type { Command } from "commander";
import { listCredentials } from "../../shared/table/credentials.ts";
import { withTable } from "../connection.ts";
import { type Output, report } from "../output.ts";
import { addCommand, addUsernameOption, type CredentialOptions } from "./options.ts";
import { noSuchCredential } from "./refusals.ts";
import { limitCredential } from "./usagePlan.ts";

type Options = CredentialOptions & { readonly usagePlan: string };

export function addLimit(parent: Command, output: Output): void {
  const description = "give a credential that exists the limits of a usage plan; may be repeated";
  const command = addUsernameOption(addCommand(parent, "limit", description));
  command
    .requiredOption("--usage-plan <id>", "the deployed stack's usage plan, as its output UsagePlanId says")
    .action(async (options: Options) => limit(command, options, output));
}

async function limit(command: Command, options: Options, output: Output): Promise<void> {
  const { org, username, usagePlan, json } = options;
  const entries = await withTable(command, options, (table) => listCredentials(table, org));
  if (!entries.some((entry) => entry.username === username)) throw noSuchCredential(options);
  await limitCredential(usagePlan, username);
  report(output, json, { org, username, usagePlan }, [`${username} of org ${org} has the limits of the usage plan.`]);
}
