import { type Command, Option } from "commander";
import type { DataOf, MilestreakClient } from "../../client/client.ts";
import { rosterStatuses } from "../../shared/domain/roster.ts";
import { type AccessOptions, addAccessOptions, findAccess } from "../access.ts";
import { acceptedData } from "../answer.ts";
import { answerOf, openApi } from "../api.ts";
import { addTargetOptions, parseIdOption, type TargetOptions, targetRef } from "../enrollments/target.ts";
import { type Output, report } from "../output.ts";

type Row = DataOf<"listTargetCustomers">["customers"][number];

type ListOptions = AccessOptions &
  TargetOptions & {
    readonly status?: (typeof rosterStatuses)[number];
    readonly period?: number;
    readonly achieved?: "true" | "false";
  };

const pageSize = 100;

export function addList(parent: Command, output: Output): void {
  const command = parent.command("list").description("list the customers of a target, one line each");
  addTargetOptions(command)
    .addOption(new Option("--status <status>", "whom to list (default: ENROLLED)").choices(rosterStatuses))
    .option("--period <id>", "only members of this cycle, with its values", parseIdOption)
    .addOption(
      new Option("--achieved <answer>", "only who has reached the cycle's value, or has not").choices([
        "true",
        "false",
      ]),
    );
  addAccessOptions(command).action(async (options: ListOptions) => {
    const api = openApi(await findAccess(command, options));
    let found = 0;
    // Each page is written when it is read, because a target can have millions of customers.
    for await (const rows of pagesOf(api, options)) {
      found += rows.length;
      if (options.json) for (const row of rows) report(output, options.json, row, []);
      else if (rows.length > 0) report(output, undefined, rows, rows.map(rowLine));
    }
    if (found === 0 && !options.json) report(output, undefined, [], ["There are no such customers."]);
  });
}

async function* pagesOf(api: MilestreakClient, options: ListOptions): AsyncGenerator<readonly Row[]> {
  const { status, period, achieved } = options;
  const filters = {
    limit: pageSize,
    ...(status === undefined ? {} : { status }),
    ...(period === undefined ? {} : { periodId: period }),
    ...(achieved === undefined ? {} : { achieved: achieved === "true" }),
  };
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const query = cursor === undefined ? filters : { ...filters, cursor };
    const page = acceptedData(await answerOf(api.listTargetCustomers(targetRef(options), query)));
    yield page.customers;
    cursor = page.nextCursor;
  }
}

/** Everything that the route answers. What is `null` is left out. */
function rowLine(row: Row): string {
  const { customerId, externalId, status, source, enrolledOn, unEnrolledOn, fromPeriod, currentCount } = row;
  const parts = [
    String(customerId).padStart(16),
    status.padEnd(10),
    source.padEnd(9),
    `since ${enrolledOn} from ${fromPeriod.refCode}`,
    ...(unEnrolledOn === null ? [] : [`left ${unEnrolledOn}`]),
    ...cycleParts(row),
    ...(currentCount === null ? [] : [`run of ${currentCount}`]),
    // Any text can be an external id. Written as JSON it stays on its line.
    ...(externalId === null ? [] : [`external id ${JSON.stringify(externalId)}`]),
  ];
  return parts.join("  ");
}

function cycleParts({ periodId, targetAchievedValue, targetValue, targetAchievedDateTime: reachedOn }: Row): string[] {
  if (periodId === null) return [];
  const value = `${targetAchievedValue} of ${targetValue} in period ${periodId}`;
  return reachedOn === null ? [value] : [value, `reached ${reachedOn}`];
}
