import { dataIdHeader } from "../../../shared/http/dataIdHeader.ts";
import { invalid, noSuchGroup, refusal } from "../errors.ts";
import * as examples from "../examples.ts";
import { listOf, objectOf } from "../fields.ts";
import { ref } from "../jsonSchema.ts";
import { groupId } from "../sample.ts";
import type { Operations } from "./operation.ts";

const noSuchId = invalid(400, 'targetGroupId in the path must be an integer from 1 to 9007199254740991; got "x".');

const dataId = {
  [dataIdHeader]: {
    description:
      "Identifies the org's data. It is random and made with the org's first credential. It changes when the service is set up anew at the same address. It grants nothing.",
    schema: { type: "string", examples: ["8a2f4b1e-6c0d-4a57-9f0e-2b7d1c3e5a90"] },
  },
};

/** The routes for target groups. */
export const targetGroups = {
  createTargetGroup: {
    tag: "Target groups",
    sample: {
      path: "/targetGroups",
      caller: "demo-admin",
      body: {
        name: "A sample milestone",
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
    },
    refusals: [noSuchId, refusal(310017, noSuchGroup)],
  },
} as const satisfies Operations;
