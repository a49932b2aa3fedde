import type { Command } from "commander";
import { answerOf } from "../api.ts";
import type { Output } from "../output.ts";
import { excuseFormat, freezesFormat } from "./forgivenessRow.ts";
import { addSupportCommand } from "./supportCommand.ts";
import { requireContinuous } from "./target.ts";

const excuseColumns = "columns customerId or externalId, periodName or startDate and endDate, reason";

export function addExcuse(parent: Command, output: Output): void {
  addSupportCommand(parent, output, {
    name: "excuse",
    description: "excuse cycles of a streak for the customers of a CSV file, each with a reason",
    columns: excuseColumns,
    format: excuseFormat,
    checkGroup: requireContinuous,
    // A repeat changes nothing, so the row's key is not needed.
    send: (api, target, excuse) => answerOf(api.excuse(target, excuse)),
  });
}

export function addUnexcuse(parent: Command, output: Output): void {
  addSupportCommand(parent, output, {
    name: "unexcuse",
    description: "take excuses back, for the customers of a CSV file",
    columns: excuseColumns,
    format: excuseFormat,
    checkGroup: requireContinuous,
    send: (api, target, excuse) => answerOf(api.unexcuse(target, excuse)),
  });
}

export function addFreezes(parent: Command, output: Output): void {
  addSupportCommand(parent, output, {
    name: "freezes",
    description: "give freezes for a streak to the customers of a CSV file, each with a reason",
    columns: "columns customerId or externalId, amount, reason, grantId",
    format: freezesFormat,
    checkGroup: requireContinuous,
    // A row without an id gets the key of the row, which is the same in every run on this result file.
    send: (api, target, grant, rowKey) => answerOf(api.grantFreezes(target, { grantId: rowKey, ...grant })),
  });
}
