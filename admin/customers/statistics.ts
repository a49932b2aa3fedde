import type { Command } from "commander";
import type { DataOf } from "../../client/client.ts";
import { type AccessOptions, addAccessOptions, findAccess } from "../access.ts";
import { acceptedData } from "../answer.ts";
import { answerOf, openApi } from "../api.ts";
import { addTargetOptions, type TargetOptions, targetRef } from "../enrollments/target.ts";
import { type Output, report } from "../output.ts";

type Statistics = DataOf<"getTargetStatistics">;

export function addStatistics(parent: Command, output: Output): void {
  const command = parent
    .command("statistics")
    .description("show how many customers of a target have started and reached what");
  addTargetOptions(command);
  addAccessOptions(command).action(async (options: AccessOptions & TargetOptions) => {
    const api = openApi(await findAccess(command, options));
    const statistics = acceptedData(await answerOf(api.getTargetStatistics(targetRef(options))));
    report(output, options.json, statistics, linesOf(statistics));
  });
}

function linesOf(statistics: Statistics): string[] {
  const { asOf, isFinal, enrolled, unEnrolled, periods, streaks, runLengths } = statistics;
  if (asOf === null) return ["The customers have not been counted yet."];
  return [
    `Counted at ${asOf}${isFinal ? ", for the last time" : ""}: ${enrolled} enrolled, ${unEnrolled} left`,
    ...periods.map(
      ({ periodId, covered, started, reached, achievedTotal }) =>
        `  period ${periodId}: ${covered} members, ${started} started, ${reached} reached, ${achievedTotal} together`,
    ),
    ...streaks.map(({ streakId, reached }) => `  level ${streakId}: ${reached} reached`),
    ...runLengths.map(({ length, customers }) => `  run of ${length}: ${customers}`),
  ];
}
