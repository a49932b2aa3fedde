import { formatInstant } from "../../domain/instant.ts";
import { noCounts, noCycleCounts, progressBands, type TargetCounts } from "../../domain/statistics.ts";
import type { Cycle, TargetGroup } from "../../domain/targetGroup.ts";
import type { Statistics } from "../../operations/readStatistics.ts";
import { wireDecimal } from "./wireDecimal.ts";

/** The statistics of a target on the wire. Before the first count all numbers are 0 and there are no periods. */
export function presentStatistics(group: TargetGroup, statistics: Statistics | undefined) {
  const counts = statistics?.counts ?? noCounts;
  const { enrolled, unenrolled, automatic } = counts;
  return {
    asOf: statistics === undefined ? null : formatInstant(statistics.asOf),
    isFinal: statistics?.isFinal ?? false,
    enrolled,
    unEnrolled: unenrolled,
    bySource: { API: enrolled + unenrolled - automatic, AUTOMATIC: automatic },
    periods: statistics === undefined ? [] : group.cycles.map((cycle) => presentCycle(counts, cycle)),
    streaks:
      statistics === undefined
        ? []
        : group.levels.map(({ id }) => ({ streakId: id, reached: counts.levels.get(id) ?? 0 })),
    runLengths: [...counts.runs]
      .toSorted(([one], [other]) => one - other)
      .map(([length, customers]) => ({ length, customers })),
  };
}

function presentCycle({ cycles }: TargetCounts, { id, number }: Cycle) {
  const { covered, started, reached, achievedTotal, progress } = cycles.get(number) ?? noCycleCounts;
  return {
    periodId: id,
    covered,
    started,
    reached,
    achievedTotal: wireDecimal(achievedTotal),
    progress: progressBands.map(({ from, to }, band) => ({ from, to: to ?? null, customers: progress[band] ?? 0 })),
  };
}
