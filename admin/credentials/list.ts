import type { Command } from "commander";
import { systemClock } from "../../shared/config/systemClock.ts";
import { formatInstant, type Instant } from "../../shared/domain/instant.ts";
import { type CredentialEntry, listCredentials } from "../../shared/table/credentials.ts";
import { withTable } from "../connection.ts";
import { type Output, report } from "../output.ts";
import { addCommand, type CommonOptions } from "./options.ts";

export function addList(parent: Command, output: Output): void {
  const command = addCommand(parent, "list", "list an org's credentials; their secrets cannot be shown");
  command.action(async (options: CommonOptions) => list(command, options, output));
}

async function list(command: Command, options: CommonOptions, output: Output): Promise<void> {
  const entries = await withTable(command, options, (table) => listCredentials(table, options.org));
  const now = systemClock();
  report(output, options.json, entries.map(asJson), [
    ...entries.map((entry) => asLine(entry, now)),
    ...(entries.length === 0 ? [`Org ${options.org} has no credentials.`] : []),
  ]);
}

function asJson({ username, accessGroup, isActive, createdAt, rotatedAt, previousSecretValidUntil }: CredentialEntry) {
  return {
    username,
    accessGroup,
    isActive,
    createdAt: formatInstant(createdAt),
    rotatedAt: formatOptional(rotatedAt),
    previousSecretValidUntil: formatOptional(previousSecretValidUntil),
  };
}

function formatOptional(instant: Instant | undefined): string | null {
  return instant === undefined ? null : formatInstant(instant);
}

function asLine(entry: CredentialEntry, now: Instant): string {
  const { username, accessGroup, isActive, createdAt, rotatedAt, previousSecretValidUntil: until } = entry;
  const details = [
    `created ${formatInstant(createdAt)}`,
    ...(rotatedAt === undefined ? [] : [`rotated ${formatInstant(rotatedAt)}`]),
    ...(isActive && until !== undefined && now < until ? [`secret before it good until ${formatInstant(until)}`] : []),
  ];
  return `${username.padEnd(24)} ${accessGroup.padEnd(10)} ${isActive ? "active  " : "disabled"} ${details.join(", ")}`;
}
