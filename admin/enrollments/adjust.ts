import type { Command } from "commander";
import type { MilestreakClient } from "../../client/client.ts";
import { findAccess } from "../access.ts";
import { acceptedData, isHopeless } from "../answer.ts";
import { answerOf, askDataId, openApi } from "../api.ts";
import { addBulkOptions, type BulkOptions } from "../bulk/options.ts";
import { runBulk } from "../bulk/runBulk.ts";
import type { Output } from "../output.ts";
import { adjustFormat, type Correction } from "./adjustmentRow.ts";
import { addTargetOptions, describeTarget, requireTarget, type TargetOptions, targetRef } from "./target.ts";

type Options = BulkOptions & TargetOptions;

export function addAdjust(parent: Command, output: Output): void {
  const command = parent
    .command("adjust")
    .description("correct what the customers of a CSV file have achieved in a target, each with a reason")
    .argument("<file>", "columns customerId or externalId, periodName, amount, reason, adjustmentId");
  addBulkOptions(addTargetOptions(command)).action(async (file: string, options: Options) => {
    const access = await findAccess(command, options);
    const api = openApi(access, options.attempts);
    const job = {
      command: "adjust",
      service: access.baseUrl,
      subject: describeTarget(options),
      format: adjustFormat,
      check: async () => {
        await requireTarget(api, options);
        await requireAdjusting(api, options);
        return askDataId(api);
      },
      // Once the credential may adjust, 4000 says that this row's amount is beyond the limit for access group support.
      isHopeless: (code: string) => code !== "4000" && isHopeless(code),
      // A row without an id gets the key of the row, which is the same in every run on this result file.
      send: (correction: Correction, rowKey: string) =>
        answerOf(api.adjust(targetRef(options), { adjustmentId: rowKey, ...correction })),
    };
    await runBulk(job, file, options, output);
  });
}

/**
 * Ends the command before the first row when the credential may not adjust. The call asks for an amount of 0, which is
 * refused with 300004 to everybody who may.
 */
async function requireAdjusting(api: MilestreakClient, options: TargetOptions): Promise<void> {
  const nothing = { adjustmentId: "permission", customerId: 1, amount: 0, reason: "Asks whether it may be done" };
  const answer = await answerOf(api.adjust(targetRef(options), nothing));
  if (answer.kind !== "refused" || answer.code !== 300004) acceptedData(answer);
}
