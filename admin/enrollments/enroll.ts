import type { Command } from "commander";
import type { EnrollmentRecord } from "../../client/client.ts";
import { findAccess } from "../access.ts";
import { answerOf, askDataId, openApi } from "../api.ts";
import { addBulkOptions, type BulkOptions } from "../bulk/options.ts";
import { runBulk } from "../bulk/runBulk.ts";
import type { Output } from "../output.ts";
import { enrollFormat } from "./enrollmentRow.ts";
import { addTargetOptions, describeTarget, requireTarget, type TargetOptions, targetRef } from "./target.ts";

type Options = BulkOptions & TargetOptions;

export function addEnroll(parent: Command, output: Output): void {
  const command = parent
    .command("enroll")
    .alias("enrol")
    .description("enrol the customers of a CSV file in a target")
    .argument(
      "<file>",
      "columns customerId or externalId, periodName, initialBalance, resetStreakStatus, registerCustomer",
    );
  addBulkOptions(addTargetOptions(command)).action(async (file: string, options: Options) => {
    const access = await findAccess(command, options);
    const api = openApi(access, options.attempts);
    const job = {
      command: "enroll",
      service: access.baseUrl,
      subject: describeTarget(options),
      format: enrollFormat,
      check: async () => {
        await requireTarget(api, options);
        return askDataId(api);
      },
      send: (record: EnrollmentRecord, idempotencyKey: string) =>
        answerOf(api.enroll(targetRef(options), record, { idempotencyKey })),
    };
    await runBulk(job, file, options, output);
  });
}
