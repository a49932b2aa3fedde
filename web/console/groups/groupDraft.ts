import { type Cycle, isStreak } from "../model.ts";
import { isZone, wallTimeOf } from "../time.ts";
import type { TrackingType, WireReminder, WireTarget } from "../wire.ts";
import { type FilterFields, filterBody, type TriggerFields, triggerBody } from "./countingDraft.ts";
import { type CycleFields, cyclesOfFields, drawn, type RuleFields } from "./cycleDraft.ts";

export type TargetFields = {
  readonly name: string;
  readonly targetEntity: WireTarget["targetEntity"];
  readonly eventName: string;
  readonly targetType: WireTarget["targetType"];
  readonly attributeName: string;
  readonly value: string;
  readonly rewardAllocation: WireTarget["rewardAllocation"];
  readonly tracksFromEnrollment: boolean;
  readonly enrolmentMethod: WireTarget["enrolmentMethod"];
  readonly filters: readonly FilterFields[];
  readonly triggers: readonly TriggerFields[];
  readonly reminders: readonly ReminderFields[];
};

export type ReminderFields = {
  readonly name: string;
  readonly hours: string;
  readonly condition: WireReminder["condition"];
};

type LevelFields = { readonly name: string; readonly count: string };

/** The contents of the form for a new group. */
export type GroupDraft = {
  readonly name: string;
  readonly description: string;
  readonly trackingType: TrackingType;
  readonly zone: string;
  /** Days after a cycle until its end is told. Empty means none. */
  readonly offsetDays: string;
  /** The first and the last day on which a call can enrol. Empty means that there is none. */
  readonly opens: string;
  readonly closes: string;
  /** Whether the cycles come from a rule or from a list. */
  readonly source: "rule" | "list";
  readonly rule: RuleFields;
  readonly cycles: readonly CycleFields[];
  readonly targets: readonly TargetFields[];
  readonly levels: readonly LevelFields[];
  /** How many missed cycles each customer's run survives. Empty means none. */
  readonly freezes: string;
};

export const emptyTarget: TargetFields = {
  name: "",
  targetEntity: "TRANSACTION",
  eventName: "",
  targetType: "SALES",
  attributeName: "",
  value: "",
  rewardAllocation: "IMMEDIATE",
  tracksFromEnrollment: false,
  enrolmentMethod: "IMPORT",
  filters: [],
  triggers: [],
  reminders: [],
};

export const emptyReminder: ReminderFields = { name: "", hours: "72", condition: "NOT_REACHED" };

/** A milestone of three months from the day on, in the zone of the browser. */
export function emptyDraft(firstDay: string): GroupDraft {
  return {
    name: "",
    description: "",
    trackingType: "DEFAULT",
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    offsetDays: "",
    opens: "",
    closes: "",
    source: "rule",
    rule: { frequencyType: "MONTHLY", frequency: "1", count: "3", firstDay },
    cycles: [{ refCode: "", startDate: firstDay, endDate: "" }],
    targets: [emptyTarget],
    levels: [{ name: "", count: "2" }],
    freezes: "",
  };
}

/** The body of the request. A field that was left empty is left out of it. */
export function bodyOf({ name, description, trackingType, zone, targets, levels, ...draft }: GroupDraft) {
  return {
    name,
    ...(description === "" ? {} : { description }),
    trackingType,
    targetEvaluationType: "FIXED_CALENDAR_WINDOW",
    timeZoneName: zone,
    ...(draft.offsetDays === "" ? {} : { offsetDays: Number(draft.offsetDays) }),
    ...(draft.opens === "" ? {} : { enrolmentStartDate: draft.opens }),
    ...(draft.closes === "" ? {} : { enrolmentEndDate: draft.closes }),
    ...(draft.source === "rule" ? ruleBody(draft.rule) : { periods: draft.cycles }),
    targets: targets.map(targetBody),
    ...(isStreak(trackingType)
      ? { streaks: levels.map((level) => ({ name: level.name, targetCountOfSequence: Number(level.count) })) }
      : {}),
    ...(trackingType === "STREAKS" && draft.freezes !== ""
      ? { streakFreezes: { initial: Number(draft.freezes) } }
      : {}),
  };
}

function ruleBody({ frequencyType, frequency, count, firstDay }: RuleFields) {
  return { frequencyType, frequency: Number(frequency), recurringCycles: Number(count), fromDate: firstDay };
}

function targetBody({ value, tracksFromEnrollment, eventName, attributeName, ...fields }: TargetFields) {
  const { filters, triggers, reminders, enrolmentMethod, ...target } = fields;
  return {
    ...target,
    ...(target.targetEntity === "EVENT" ? { eventName } : {}),
    ...(target.targetType === "EVENT_ATTRIBUTE" ? { attributeName } : {}),
    trackFromEnrollmentDate: tracksFromEnrollment,
    ...(enrolmentMethod === "TRANSACTION" ? { enrolmentMethod } : {}),
    ...(filters.length === 0 ? {} : { filters: filters.map(filterBody) }),
    defaultValues: [{ defaultValue: Number(value) }],
    ...(triggers.length === 0 ? {} : { targetMilestoneTriggers: triggers.map(triggerBody) }),
    ...(reminders.length === 0 ? {} : { reminders: reminders.map(reminderBody) }),
  };
}

function reminderBody({ name, hours, condition }: ReminderFields) {
  return { name, offsetHours: Number(hours), condition };
}

/** The cycles that the draft asks for, as they are drawn. It is `undefined` while the fields do not say which ones. */
export function draftedCycles({ zone, source, rule, cycles }: GroupDraft, now: number): readonly Cycle[] | undefined {
  if (!isZone(zone)) return undefined;
  const planned = source === "rule" ? cyclesOfFields(rule) : cycles;
  const isWhole = planned?.every(({ startDate, endDate }) => startDate !== "" && endDate !== "");
  return planned === undefined || !isWhole ? undefined : drawn(planned, zone, wallTimeOf(now, zone));
}
