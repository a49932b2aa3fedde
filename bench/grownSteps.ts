import { mostAutomaticTargets } from "../shared/domain/automatic.ts";
import { closeIn } from "./designs.ts";
import { newCustomer, newPlace } from "./place.ts";
import type { Chapter, Step } from "./steps.ts";
import { Till } from "./till.ts";

const [warmUp, customer] = [1, 2] as const;

/** Every earlier cycle has been reached and closed. */
export const lastOfTenCyclesSteps: Chapter = inTheLastOf(10);
export const lastOfHundredCyclesSteps: Chapter = inTheLastOf(100);

/** One activity that changes as many enrolments as a group can give a customer. */
export const fiftyTargetsSteps: Chapter = async ({ table, functions }) => {
  const place = await newPlace(table, 10, 50);
  const till = new Till(functions, place);
  const enter = async () => {
    for (const customerId of [warmUp, customer]) {
      await newCustomer(table, place, customerId);
      await till.enroll(customerId);
    }
    await till.enrollInOthers(customer);
    await till.count(warmUp, "one");
  };
  return [{ name: "recordActivities, fifty targets", prepare: enter, run: () => till.reach(customer, 1) }];
};

/** Targets that enrol with an activity. An org may have 90 of them. */
export const automaticTargetSteps: Chapter = automaticTargets(1, "an automatic target");
export const ninetyAutomaticTargetsSteps: Chapter = automaticTargets(mostAutomaticTargets, "ninety automatic targets");

/** Another customer's activity loads the definitions and the list of these targets. */
function automaticTargets(targetCount: number, where: string): Chapter {
  return async ({ table, functions }) => {
    const place = await newPlace(table, 10, targetCount, "TRANSACTION");
    const till = new Till(functions, place);
    const prepare = async () => {
      for (const customerId of [warmUp, customer]) await newCustomer(table, place, customerId);
      await till.count(warmUp, "one");
    };
    return [
      { name: `recordActivities, first in ${where}`, prepare, run: () => till.count(customer, "one") },
      { name: `recordActivities, in ${where}`, run: () => till.count(customer, "two") },
    ] satisfies Step[];
  };
}

function inTheLastOf(cycleCount: number): Chapter {
  return async ({ table, functions }) => {
    const place = await newPlace(table, cycleCount, 1);
    const till = new Till(functions, place);
    const liveThrough = async () => {
      for (const customerId of [warmUp, customer]) {
        await newCustomer(table, place, customerId);
        await till.enroll(customerId);
      }
      for (let number = 1; number < cycleCount; number += 1) {
        await till.reach(customer, number);
        await closeIn(table, place, customer, number);
      }
    };
    // Another customer's calls load the definition, because the last calls were months ago.
    const warm = async () => {
      await till.count(warmUp, "one", cycleCount);
      await till.unenroll(warmUp, cycleCount);
      await till.enroll(warmUp, cycleCount);
    };
    const prepare = async () => {
      await liveThrough();
      await warm();
    };
    const where = `in the last of ${cycleCount} cycles`;
    return [
      { name: `recordActivities, ${where}`, prepare, run: () => till.reach(customer, cycleCount) },
      { name: `unenroll, ${where}`, run: () => till.unenroll(customer, cycleCount) },
      { name: `enroll, again ${where}`, run: () => till.enroll(customer, cycleCount) },
    ] satisfies Step[];
  };
}
