import type { Command } from "commander";
import { isHopeless } from "../answer.ts";
import { answerOf } from "../api.ts";
import type { Output } from "../output.ts";
import { adjustFormat } from "./adjustmentRow.ts";
import { addSupportCommand } from "./supportCommand.ts";

export function addAdjust(parent: Command, output: Output): void {
  addSupportCommand(parent, output, {
    name: "adjust",
    description: "correct what the customers of a CSV file have achieved in a target, each with a reason",
    columns: "columns customerId or externalId, periodName, amount, reason, adjustmentId",
    format: adjustFormat,
    // A row without an id gets the key of the row, which is the same in every run on this result file.
    send: (api, target, correction, rowKey) => answerOf(api.adjust(target, { adjustmentId: rowKey, ...correction })),
    // Once the credential may adjust, 4000 says that this row's amount is beyond the limit for access group support.
    isHopeless: (code) => code !== "4000" && isHopeless(code),
  });
}
