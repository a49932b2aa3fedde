import { type Command, InvalidArgumentError } from "commander";
import { parseId } from "../../shared/http/parameters.ts";
import { isJsonObject } from "../../shared/http/validation.ts";
import { acceptedData } from "../answer.ts";
import type { Api } from "../api.ts";
import { Refused } from "../refused.ts";

export type TargetOptions = { readonly group: number; readonly target: number };

export function addTargetOptions(command: Command): Command {
  return command
    .requiredOption("--group <id>", "the target group's id; see target-groups list", parseIdOption)
    .requiredOption("--target <id>", "the target's id; see target-groups show", parseIdOption);
}

export function parseIdOption(text: string): number {
  const id = parseId(text);
  if (id !== undefined) return id;
  throw new InvalidArgumentError("An id is an integer from 1 to 9007199254740991.");
}

export function targetPath({ group, target }: TargetOptions): string {
  return `/targetGroups/${group}/targets/${target}`;
}

export function describeTarget({ group, target }: TargetOptions): string {
  return `target ${target} of target group ${group}`;
}

/**
 * Ends the command when no row could succeed, before the first one is sent: no such target, not let in, no service.
 * Whether the target is active the rows themselves are told.
 */
export async function requireTarget(api: Api, options: TargetOptions): Promise<void> {
  const path = `/targetGroups/${options.group}?includePeriods=false`;
  const group = acceptedData(await api.send({ method: "GET", path }));
  const targets: unknown = isJsonObject(group) ? group["targets"] : undefined;
  if (Array.isArray(targets) && targets.some((target) => isJsonObject(target) && target["id"] === options.target))
    return;
  throw new Refused(`Target group ${options.group} has no target ${options.target}; see target-groups show.`);
}
