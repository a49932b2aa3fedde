import { dataIdHeader } from "../../../shared/http/dataIdHeader.ts";
import * as limits from "../../../shared/http/limits.ts";
import { invalid, noSuchGroup, noSuchTarget, refusal } from "../errors.ts";
import * as examples from "../examples.ts";
import { idRules, listOf, objectOf } from "../fields.ts";
import { ref } from "../jsonSchema.ts";
import { groupId, periodId, targetId } from "../sample.ts";
import type { Operations } from "./operation.ts";

const noSuchId = invalid(400, 'targetGroupId in the path must be an integer from 1 to 9007199254740991; got "x".');

const dataId = {
  [dataIdHeader]: {
    description:
      "Identifies the org's data. It exists from the org's first credential on. It changes when the service is set up anew, or works on a restored table, at the same address. It grants nothing.",
    schema: { type: "string", examples: ["0UF8kLbXG5bbSRjn1Oy4l1p3RPi8uqf9pSs2HmEwV4A"] },
  },
};

const version = {
  ETag: {
    description: "The version of the group, in quotes. Sent back as `If-Match`, it makes an edit depend on it.",
    required: true,
    schema: { type: "string", examples: ['"1"'] },
  },
};

const otherVersion = invalid(412, "The target group is at version 3, which If-Match does not name.");

/** The success of an edit. */
const changed = {
  status: 200,
  description: "Changed; the group as it is now.",
  data: objectOf("TargetGroup", "The group."),
  headers: version,
} as const;

/** The routes for target groups. */
export const targetGroups = {
  createTargetGroup: {
    tag: "Target groups",
    sample: {
      path: "/targetGroups",
      caller: "demo-admin",
      body: {
        name: "A sample milestone",
        active: false,
        trackingType: "DEFAULT",
        targetEvaluationType: "FIXED_CALENDAR_WINDOW",
        periods: [
          { refCode: "JAN", startDate: "2030-01-01", endDate: "2030-01-31" },
          { refCode: "FEB", startDate: "2030-02-01", endDate: "2030-02-28" },
        ],
        targets: [
          {
            name: "Monthly spend",
            targetEntity: "TRANSACTION",
            targetType: "SALES",
            defaultValues: [{ defaultValue: 1000 }],
          },
        ],
      },
    },
    description:
      "Creates a milestone or streak with its cycles, targets and levels, together or not at all. All faults of a definition are answered at once.",
    body: { schema: ref("TargetGroupDefinition"), examples: examples.definitions },
    success: {
      status: 201,
      description: "Created, with every id.",
      data: objectOf("TargetGroup", "The group."),
      examples: examples.created,
      headers: version,
    },
    refusals: [
      invalid(
        400,
        'trackingType must be one of DEFAULT, STREAKS, NON_CONTINUOUS_STREAKS; got "MILESTONE".',
        'periods[1].refCode must be unique in the group; "JAN" is there already.',
      ),
      refusal(310069),
    ],
  },
  listTargetGroups: {
    tag: "Target groups",
    sample: { path: "/targetGroups?limit=10" },
    description:
      "The org's groups, active or not, in order of their names. Only an empty page is the last one. A page of large definitions can be shorter than `limit`, and a warning then says so.",
    success: {
      status: 200,
      description: "One page of groups.",
      data: listOf("TargetGroup", "The page."),
      examples: examples.groups,
      headers: dataId,
    },
    refusals: [invalid(400, 'limit in the query must be an integer from 1 to 25; got "26".')],
  },
  getTargetGroup: {
    tag: "Target groups",
    sample: { path: `/targetGroups/${groupId}?includePeriods=true` },
    description: "One group, active or not.",
    success: {
      status: 200,
      description: "The group.",
      data: objectOf("TargetGroup", "The group."),
      examples: examples.group,
      headers: version,
    },
    refusals: [noSuchId, refusal(310017, noSuchGroup)],
  },
  editTargetGroup: {
    tag: "Target groups",
    sample: {
      path: `/targetGroups/editTargetGroup/${groupId}`,
      caller: "demo-admin",
      body: { description: "Prolonged" },
    },
    description:
      "Changes the group's own fields and its levels. A field that is absent stays as it is; `null` empties it. Members stay members. Processes keep a definition for up to 30 s, so a change takes effect at the latest 30 s later. An edit that changes nothing leaves the version as it is.",
    takesVersion: true,
    body: { schema: ref("TargetGroupEdit"), examples: examples.edits },
    success: { ...changed, examples: examples.edited },
    refusals: [
      noSuchId,
      refusal(310017, noSuchGroup),
      otherVersion,
      invalid(400, 'trackingType cannot be changed after creation; it is "DEFAULT", got "STREAKS".'),
      refusal(
        310019,
        "All cycles of target group 3 have ended, so nothing of it can be activated; append cycles with POST /v3/targetGroups/3/targetPeriods first.",
      ),
      refusal(310069),
    ],
  },
  editTargetPeriods: {
    tag: "Target groups",
    sample: {
      path: `/targetGroups/${groupId}/targetPeriods`,
      caller: "demo-admin",
      body: [{ id: periodId, description: "The first month" }],
    },
    description:
      "Moves cycles, or describes them. Of an ended cycle only the description can change, of a running one the end too, and of one that has not started both bounds. A bound can be moved until 10 minutes before it, and to a moment at least 10 minutes ahead. So nothing that was counted changes its cycle. A field that is absent stays as it is; `null` empties it.",
    takesVersion: true,
    body: {
      schema: listOf("PeriodEdit", "The cycles to change.", { minItems: 1, maxItems: limits.cycles }),
      examples: examples.periodEdits,
    },
    success: { ...changed, examples: examples.edited },
    refusals: [
      noSuchId,
      refusal(310017, noSuchGroup),
      otherVersion,
      invalid(400, '[0].startDate cannot be changed any more: cycle "JAN" has started.'),
    ],
  },
  appendTargetPeriods: {
    tag: "Target groups",
    sample: {
      path: "/targetGroups/2/targetPeriods",
      caller: "demo-admin",
      body: [{ refCode: "LAST", startDate: "2040-01-01", endDate: "2040-01-31" }],
    },
    description:
      "Appends cycles after the last one. Every member is in them at once, and the run of a streak goes on into them. It is possible up to 30 days after the last cycle has ended. Both bounds lie at least 10 minutes ahead.",
    takesVersion: true,
    body: {
      schema: listOf("PeriodAddition", "The cycles to append, in order.", { minItems: 1, maxItems: limits.cycles }),
      examples: examples.periodAdditions,
    },
    success: {
      status: 200,
      description: "Appended; the group as it is now.",
      data: objectOf("TargetGroup", "The group."),
      examples: examples.extended,
      headers: version,
    },
    refusals: [
      noSuchId,
      refusal(310017, noSuchGroup),
      otherVersion,
      invalid(400, '[0].refCode must be unique in the group; "JAN" is there already.'),
    ],
  },
  addTarget: {
    tag: "Target groups",
    sample: {
      path: `/targetGroups/${groupId}/targets`,
      caller: "demo-admin",
      body: { name: "Visits", targetEntity: "TRANSACTION", targetType: "VISIT", defaultValues: [{ defaultValue: 3 }] },
    },
    description:
      "Adds a target to a milestone. Nobody is a member of it until enrolled. A streak keeps the targets that it was created with.",
    takesVersion: true,
    body: { schema: ref("TargetDefinition"), examples: examples.targetAdditions },
    success: {
      status: 200,
      description: "Added; the group as it is now.",
      data: objectOf("TargetGroup", "The group."),
      examples: examples.withAnotherTarget,
      headers: version,
    },
    refusals: [
      noSuchId,
      refusal(310017, noSuchGroup),
      otherVersion,
      invalid(400, "A group must not have more than 50 targets, and it has as many."),
    ],
  },
  editTarget: {
    tag: "Target groups",
    sample: {
      path: `/targetGroups/${groupId}/targets/${targetId}`,
      caller: "demo-admin",
      body: { description: "Purchases in shops" },
    },
    description:
      "Changes one target. A field that is absent stays as it is; `null` empties it. The value of a cycle can change until the cycle ends. A minute later all customers are judged by it: `reevaluation` tells when that is done. Members stay members.",
    takesVersion: true,
    body: { schema: ref("TargetEdit"), examples: examples.targetEdits },
    success: { ...changed, examples: examples.withOtherValues },
    refusals: [
      noSuchId,
      refusal(310017, noSuchGroup),
      otherVersion,
      refusal(310018, noSuchTarget),
      invalid(400, 'defaultValues[0] cannot be changed any more: cycle "JAN" has ended.'),
      refusal(
        310019,
        "All cycles of target group 3 have ended, so nothing of it can be activated; append cycles with POST /v3/targetGroups/3/targetPeriods first.",
      ),
    ],
  },
  deactivateTarget: {
    tag: "Target groups",
    sample: { path: `/targetGroups/${groupId}/targets/4`, caller: "demo-admin" },
    description:
      "Deactivates a target, like an edit with `active: false`. What members have achieved stays, and they can leave. An edit with `active: true` takes it back.",
    takesVersion: true,
    success: {
      status: 200,
      description: "Deactivated; the group as it is now.",
      data: objectOf("TargetGroup", "The group."),
      examples: examples.withoutTarget,
      headers: version,
    },
    refusals: [noSuchId, refusal(310017, noSuchGroup), otherVersion, refusal(310018, noSuchTarget)],
  },
  deleteTargetGroup: {
    tag: "Target groups",
    sample: { path: "/targetGroups/3", caller: "demo-admin", secondsLater: 60 },
    description:
      "Deletes a group in which nobody was ever enrolled. It must be inactive, and unchanged for 60 seconds. Its name becomes free, and its audit log can still be read.",
    takesVersion: true,
    success: {
      status: 200,
      description: "Deleted; the id of the group.",
      data: { ...idRules, description: "The id that the group had.", examples: [3] },
      examples: examples.deleted,
    },
    refusals: [
      noSuchId,
      refusal(310017, noSuchGroup),
      invalid(409, "Customers were enrolled in the target group, so it cannot be deleted; deactivate instead."),
      otherVersion,
    ],
  },
  getAuditLogs: {
    tag: "Target groups",
    sample: { path: `/targetGroups/${groupId}/auditLogs` },
    description:
      "Who has changed what of a group, the newest version first, with a row for each changed field. The oldest row is the creation. A page shorter than `limit` is the last.",
    success: {
      status: 200,
      description: "One page of changes.",
      data: listOf("AuditLog", "The page."),
      examples: examples.auditLogs,
    },
    refusals: [noSuchId, refusal(310017, noSuchGroup)],
  },
} as const satisfies Operations;
