import type { Command } from "commander";
import { findAccess } from "../access.ts";
import { openApi } from "../api.ts";
import { addBulkOptions, type BulkOptions } from "../bulk/options.ts";
import { runBulk } from "../bulk/runBulk.ts";
import type { Output } from "../output.ts";
import { enrollFormat } from "./enrollmentRow.ts";
import { addTargetOptions, describeTarget, requireTarget, type TargetOptions, targetPath } from "./target.ts";

type Options = BulkOptions & TargetOptions;

export function addEnroll(parent: Command, output: Output): void {
  const command = parent
    .command("enroll")
    .alias("enrol")
    .description("enrol the customers of a CSV file in a target")
    .argument("<file>", "columns customerId, periodName, initialBalance, resetStreakStatus; the first is required");
  addBulkOptions(addTargetOptions(command)).action(async (file: string, options: Options) => {
    const api = openApi(await findAccess(command, options));
    const path = `${targetPath(options)}/enroll`;
    const job = {
      command: "enroll",
      service: api.baseUrl,
      subject: describeTarget(options),
      format: enrollFormat,
      check: () => requireTarget(api, options),
      send: (record: unknown, idempotencyKey: string) =>
        api.send({ method: "POST", path, body: [record], idempotencyKey }),
    };
    await runBulk(job, file, options, output);
  });
}
