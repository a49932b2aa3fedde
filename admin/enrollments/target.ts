import { type Command, InvalidArgumentError } from "commander";
import type { DataOf, MilestreakClient, TargetRef } from "../../client/client.ts";
import { parseId } from "../../shared/http/requests/parameters.ts";
import { acceptedData } from "../answer.ts";
import { answerOf } from "../api.ts";
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

export function targetRef({ group, target }: TargetOptions): TargetRef {
  return { targetGroupId: group, targetId: target };
}

export function describeTarget({ group, target }: TargetOptions): string {
  return `target ${target} of target group ${group}`;
}

type TargetGroup = DataOf<"getTargetGroup">;

/**
 * Answers the target's group. Ends the command before the first row when no row could succeed: there is no such target,
 * no access or no service. Whether the target is active shows with the rows.
 */
export async function requireTarget(api: MilestreakClient, { group, target }: TargetOptions): Promise<TargetGroup> {
  const found = acceptedData(await answerOf(api.getTargetGroup(group, { includePeriods: false })));
  if (found.targets.some(({ id }) => id === target)) return found;
  throw new Refused(`Target group ${group} has no target ${target}; see target-groups show.`);
}

/** Ends the command before the first row when a missed cycle breaks no run of the group, because no row could succeed. */
export function requireContinuous({ id, trackingType }: Pick<TargetGroup, "id" | "trackingType">): void {
  if (trackingType === "STREAKS") return;
  throw new Refused(`Target group ${id} has the trackingType ${trackingType}; only STREAKS can be forgiven.`);
}
