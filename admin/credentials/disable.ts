import type { Command } from "commander";
import { disableCredential } from "../../shared/table/credentials.ts";
import { withTable } from "../connection.ts";
import { type Output, report } from "../output.ts";
import { addCommand, addUsernameOption, type CredentialOptions } from "./options.ts";
import { noSuchCredential } from "./refusals.ts";
import { addUsagePlanOption, forgetLimits, type UsagePlanOptions } from "./usagePlan.ts";

type Options = CredentialOptions & UsagePlanOptions;

export function addDisable(parent: Command, output: Output): void {
  const command = addUsernameOption(addCommand(parent, "disable", "end a credential and its access tokens, for good"));
  addUsagePlanOption(command, "where each credential has limits of its own: removes its key from that plan");
  command.action(async (options: Options) => disable(command, options, output));
}

async function disable(command: Command, options: Options, output: Output): Promise<void> {
  const { org, username, json } = options;
  const outcome = await withTable(command, options, (table) => disableCredential(table, { org, username }));
  if (outcome === "notFound") throw noSuchCredential(options);
  // The key is deleted afterwards. A credential without its key is refused with 4000, which would reveal that it
  // exists.
  if (options.usagePlan !== undefined) await forgetLimits(options.usagePlan, username);
  report(output, json, { org, username, isActive: false }, [
    `Disabled ${username} of org ${org}. Deployed, API Gateway may remember it for up to 5 minutes more.`,
  ]);
}
