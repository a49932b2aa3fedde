import {
  type ActivityFields,
  activityCall,
  adjustCall,
  type Call,
  enrollCall,
  type LineFields,
  type TargetRef,
  unenrollCall,
} from "../calls.ts";
import { textsIn } from "../forms/formText.ts";
import { type Group, isStreak } from "../model.ts";
import type { Answer } from "../session/api.ts";
import { fromInputValue } from "../time.ts";
import { refOf, valueOf } from "./targetSelect.tsx";

export type ActionName = "enroll" | "unenroll" | "activity" | "adjust";

/** The contents of the forms. A field keeps its content while another form is shown. */
export type ActionFields = {
  readonly action: ActionName;
  readonly target: string;
  readonly periodName: string;
  readonly initialBalance: string;
  readonly resetStreakStatus: boolean;
  readonly type: ActivityFields["type"];
  readonly amount: string;
  readonly eventName: string;
  readonly storeId: string;
  readonly channel: string;
  /** One in a line. */
  readonly tenders: string;
  readonly lines: readonly LineFields[];
  /** The time in the form of `<input type="datetime-local">` at UTC. Empty means now. */
  readonly occurredAt: string;
  /** The cycle that is adjusted. Empty means the current one. */
  readonly adjustedCycle: string;
  readonly difference: string;
  readonly reason: string;
  /** The Idempotency-Key of the next call. A new key makes it a call of its own. */
  readonly key: string;
};

/** The data from which the inputs of a form are made. */
export type InputsProps = {
  readonly fields: ActionFields;
  readonly groups: readonly Group[];
  /** The customer's own targets. */
  readonly own: readonly TargetRef[];
  readonly onChange: (changed: Partial<ActionFields>) => void;
};

/** Fields with defaults only: the customer's first target, or else the first one there is, and a purchase of 100. */
export function emptyFields(groups: readonly Group[], own: readonly TargetRef[]): ActionFields {
  const [group] = groups;
  const [target] = group?.targets ?? [];
  const first = group === undefined || target === undefined ? undefined : { groupId: group.id, targetId: target.id };
  const chosen = own[0] ?? first;
  return {
    action: "enroll",
    target: chosen === undefined ? "" : valueOf(chosen),
    periodName: "",
    initialBalance: "",
    resetStreakStatus: false,
    type: "TRANSACTION",
    amount: "100",
    eventName: "",
    storeId: "",
    channel: "",
    tenders: "",
    lines: [],
    occurredAt: "",
    adjustedCycle: "",
    difference: "",
    reason: "",
    key: crypto.randomUUID(),
  };
}

export function callOf(fields: ActionFields, customerId: number, now: number): Call {
  const { key, eventName, tenders } = fields;
  switch (fields.action) {
    case "enroll":
      return enrollCall(refOf(fields.target), { ...fields, customerId, idempotencyKey: key });
    case "unenroll":
      return unenrollCall(refOf(fields.target), customerId);
    case "adjust": {
      const { adjustedCycle: periodName, difference: amount, reason } = fields;
      const record = { adjustmentId: `console:${key}`, customerId, periodName, amount, reason };
      return adjustCall(refOf(fields.target), record);
    }
    case "activity": {
      const occurredAt = new Date(fromInputValue(fields.occurredAt) ?? now).toISOString();
      const own = { activityId: `console:${key}`, customerId, name: eventName, occurredAt, tenders: textsIn(tenders) };
      return activityCall({ ...fields, ...own });
    }
  }
}

/** The group that the chosen target is in. */
export function chosenGroup({ target }: ActionFields, groups: readonly Group[]): Group | undefined {
  return groups.find(({ id }) => id === refOf(target).groupId);
}

export function isStreakChosen(fields: ActionFields, groups: readonly Group[]): boolean {
  const group = chosenGroup(fields, groups);
  return group !== undefined && isStreak(group.trackingType);
}

/**
 * What changes in the form once the answer is there. A decided call gets no second one under its key. An answer of 5xx
 * leaves open whether the call was written, so the same call can be sent again. A second click after an adjustment finds the
 * form empty, so it adjusts nothing.
 */
export function fieldsAfter({ action }: ActionFields, { status, errors }: Answer): Partial<ActionFields> {
  if (status >= 500) return {};
  const emptied = action === "adjust" && errors.length === 0 ? { difference: "", reason: "" } : {};
  return { ...emptied, key: crypto.randomUUID() };
}
