/** The limits of the API. Its documents state the same ones. */

/** Cycles that are listed one by one. */
export const cycles = 100;
/** Cycles that are made from a rule: a year of days must be possible. */
export const generatedCycles = 1000;
/** The most days between the end of a cycle and its closing. */
export const offsetDays = 30;
/** The most hours before a cycle's end that a reminder is sent. */
export const reminderHours = 720;
export const reminders = 3;
/** Sub-targets of a target. */
export const triggers = 10;
export const targets = 50;
export const levels = 10;
export const nameCharacters = 200;
/** Characters of the reason that support gives. */
export const reasonCharacters = 255;
export const externalIdCharacters = 200;
export const descriptionCharacters = 255;
export const refCodeCharacters = 128;
export const activitiesInOneCall = 25;
/** Far more levels than any request has, and far fewer than what reads or writes a value by recursion has room for. */
export const nestingDepth = 100;
/** The most bytes of an activity's attributes as JSON. */
export const attributesBytes = 16 * 1024;
/** The most bytes of an activity as JSON. Its record has room for what it did besides. */
export const activityBytes = 64 * 1024;
/** Zones, concepts and tenders of an activity, of each kind. */
export const activityIds = 10;
export const lineItems = 100;
/** Characters of a store, a channel, an item and the like. */
export const idCharacters = 64;
export const filters = 20;
/** Ids of all filters of a target together. */
export const filterIds = 1000;

/** 11 digits before the point and 4 behind it: every such decimal survives JSON exactly. */
export const targetValue = 99_999_999_999.9999;
/** The largest integer that survives JSON exactly. */
export const initialBalance = 9_007_199_254_740_991;
