import { type Command, Option } from "commander";
import { generateSecret, hashSecret } from "../../shared/auth/secret.ts";
import { systemClock } from "../../shared/config/systemClock.ts";
import { type AccessGroup, accessGroups } from "../../shared/domain/accessGroups.ts";
import { createCredential } from "../../shared/table/credentials.ts";
import { withTable } from "../connection.ts";
import { type Output, report, secretAdvice } from "../output.ts";
import { Refused } from "../refused.ts";
import { addCommand, addUsernameOption, type CredentialOptions } from "./options.ts";
import { addUsagePlanOption, limitCredential, type UsagePlanOptions } from "./usagePlan.ts";

type Options = CredentialOptions & UsagePlanOptions & { readonly group: AccessGroup };

export function addCreate(parent: Command, output: Output): void {
  const command = addUsernameOption(addCommand(parent, "create", "make a credential and show its secret, once"));
  const group = new Option("--group <group>", "what it may do").choices(accessGroups).default("default");
  addUsagePlanOption(command, "where each credential has limits of its own: the stack's output UsagePlanId");
  command.addOption(group).action(async (options: Options) => create(command, options, output));
}

/** A deployed stack may have limits for each credential. This command sees the table only, so it cannot know. */
function limitAdvice({ table, usagePlan }: Options): readonly string[] {
  if (table === undefined || usagePlan !== undefined) return [];
  return [
    "If the stack has the output UsagePlanId, calls with this credential are answered with 4000 until",
    "credentials limit --usage-plan <UsagePlanId> has run.",
  ];
}

async function create(command: Command, options: Options, output: Output): Promise<void> {
  const { org, username, group: accessGroup, json } = options;
  const secret = generateSecret();
  const draft = { org, username, accessGroup, secret: hashSecret(secret) };
  const outcome = await withTable(command, options, async (table) => {
    // The limits come first, so that the credential works as soon as its secret is shown. A key without a credential does
    // no harm.
    if (options.usagePlan !== undefined) await limitCredential(options.usagePlan, username);
    return createCredential(table, draft, systemClock());
  });
  if (outcome === "nameTaken") {
    throw new Refused(`User name ${username} is taken, by this org or another, perhaps by a disabled credential.`);
  }
  report(output, json, { org, username, accessGroup, secret }, [
    `Created ${username} for org ${org}, access group ${accessGroup}.`,
    "",
    `  username  ${username}`,
    `  secret    ${secret}`,
    "",
    secretAdvice,
    ...limitAdvice(options),
  ]);
}
