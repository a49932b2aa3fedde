import type { Command } from "commander";
import type { DataOf, MilestreakClient, TargetRef } from "../../client/client.ts";
import { findAccess } from "../access.ts";
import { type Answer, acceptedData } from "../answer.ts";
import { answerOf, askDataId, openApi } from "../api.ts";
import type { RowFormat } from "../bulk/csvInput.ts";
import { addBulkOptions, type BulkOptions } from "../bulk/options.ts";
import { runBulk } from "../bulk/runBulk.ts";
import type { Output } from "../output.ts";
import { addTargetOptions, describeTarget, requireTarget, type TargetOptions, targetRef } from "./target.ts";

type TargetGroup = DataOf<"getTargetGroup">;
type Options = BulkOptions & TargetOptions;

/** A command by which support changes customers in one target, each row of a file with its reason. */
export type SupportCommand<Content> = {
  readonly name: string;
  readonly description: string;
  readonly columns: string;
  readonly format: RowFormat<Content>;
  /** Ends the command when no row could succeed in the target's group. */
  readonly checkGroup?: (group: TargetGroup) => void;
  /** The key belongs to the row and is the same in every run on one result file. */
  readonly send: (api: MilestreakClient, target: TargetRef, content: Content, rowKey: string) => Promise<Answer>;
  /** See `runRows`. It is needed where a code that is hopeless elsewhere can be about a single row. */
  readonly isHopeless?: (code: string) => boolean;
};

/**
 * Adds the command. It ends before the first row when there is no such target, when its group is not one that the command
 * is for, or when the credential may not adjust.
 */
export function addSupportCommand<Content>(
  parent: Command,
  output: Output,
  { name, description, columns, checkGroup, send, ...rest }: SupportCommand<Content>,
): void {
  const command = parent.command(name).description(description).argument("<file>", columns);
  addBulkOptions(addTargetOptions(command)).action(async (file: string, options: Options) => {
    const access = await findAccess(command, options);
    const api = openApi(access, options.attempts);
    const job = {
      ...rest,
      command: name,
      service: access.baseUrl,
      subject: describeTarget(options),
      check: async () => {
        const group = await requireTarget(api, options);
        checkGroup?.(group);
        await requireAdjusting(api, options);
        return askDataId(api);
      },
      send: (content: Content, rowKey: string) => send(api, targetRef(options), content, rowKey),
    };
    await runBulk(job, file, options, output);
  });
}

/**
 * Ends the command before the first row when the credential may not adjust, which is also what forgiving needs. The call
 * asks for an amount of 0, which is refused with 300004 to everybody who may.
 */
async function requireAdjusting(api: MilestreakClient, options: TargetOptions): Promise<void> {
  const nothing = { adjustmentId: "permission", customerId: 1, amount: 0, reason: "Asks whether it may be done" };
  const answer = await answerOf(api.adjust(targetRef(options), nothing));
  if (answer.kind !== "refused" || answer.code !== 300004) acceptedData(answer);
}
