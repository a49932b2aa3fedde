/** The name of the variable in which a function finds how often customers are counted; see the stack. */
export const statisticsVariable = "STATISTICS_EVERY_HOURS";

/** The hours between two counts of a target's customers: at most a month. 0: they are not counted. */
export const statisticsEveryHours = { minimum: 0, maximum: 744, default: 24 } as const;

/** The hours of this function, or the default where none are set. */
export function readStatisticsEveryHours(environment: NodeJS.ProcessEnv = process.env): number {
  const text = environment[statisticsVariable] ?? "";
  const hours = /^\d{1,3}$/.test(text) ? Number(text) : statisticsEveryHours.default;
  return Math.min(hours, statisticsEveryHours.maximum);
}
