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
  const { asOf, isFinal, enrolled, unEnrolled, bySource, periods, streaks, runLengths } = statistics;
  if (asOf === null) return ["The customers have not been counted yet."];
  return [
    `Counted at ${asOf}${isFinal ? ", for the last time" : ""}: ${enrolled} enrolled, ${unEnrolled} left`,
    `  first came in: ${bySource.API} by a call, ${bySource.AUTOMATIC} with an activity`,
    ...periods.flatMap(({ periodId, covered, started, reached, achievedTotal, progress }) => [
      `  period ${periodId}: ${covered} members, ${started} started, ${reached} reached, ${achievedTotal} together`,
      `    ${progress.map(describeBand).join(", ")}`,
    ]),
    ...streaks.map(({ streakId, reached }) => `  level ${streakId}: ${reached} reached`),
    ...runLengths.map(({ length, customers }) => `  run of ${length}: ${customers}`),
  ];
}

/** How many have come how far. The first band is 0 alone. */
function describeBand({ from, to, customers }: Statistics["periods"][number]["progress"][number]): string {
  if (to === null) return `${from} % and more: ${customers}`;
  return `${from === to ? from : `${from}-${to}`} %: ${customers}`;
}
