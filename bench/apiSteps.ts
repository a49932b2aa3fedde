import { localFunctions } from "../local/functions.ts";
import type { ErasureMode } from "../shared/domain/erasing.ts";
import { newCustomer, newPlace } from "./place.ts";
import type { Step, Workshop } from "./steps.ts";
import { activity, Till } from "./till.ts";

/** The customers that {@link apiSteps} registers, by their use. */
const customers = { one: 1, inTenTargets: 2, withKey: 3, inNothing: 4, withHistory: 5 } as const;
const nobody = 99;

/** The routes behind the authorizer, in a group of 10 cycles and 10 targets. */
export async function apiSteps(workshop: Workshop): Promise<Step[]> {
  const { table, functions } = workshop;
  const place = await newPlace(table, 10, 10);
  for (const customerId of Object.values(customers)) await newCustomer(table, place, customerId);
  const till = new Till(functions, place);
  return [
    ...enrollmentSteps(till),
    ...activitySteps(till),
    ...simulationSteps(till),
    ...unenrollmentSteps(till),
    ...adjustmentSteps(till),
    ...definitionSteps(till),
    ...readingSteps(till, workshop),
    ...forgivenessSteps(till),
  ];
}

/** A route's first call loads the definition. */
function enrollmentSteps(till: Till): Step[] {
  const { one, inTenTargets, withKey } = customers;
  const refused = (code: 310011 | 310017 | 310018 | 310019 | 310119, ask: ReturnType<Till["enrollment"]>): Step => ({
    name: `enroll, refused with ${code}`,
    run: () => till.sendInVain(code, ask),
  });
  const byCard = (identifierValue: string, more: object = {}) =>
    till.enrollment({ identifierName: "externalId", identifierValue, ...more });
  const withKeySent = till.enrollment({ customerId: withKey }, { headers: { "Idempotency-Key": "key" } });
  return [
    { name: "enroll, cold", run: () => till.enroll(one) },
    { name: "enroll", run: () => till.enroll(inTenTargets) },
    { name: "enroll, by an external id", prepare: () => till.send(cardOf("E-1")), run: () => till.send(byCard("E-1")) },
    { name: "enroll, with a registration", run: () => till.send(byCard("E-2", { registerCustomer: true })) },
    { name: "enroll, with a key", run: () => till.send(withKeySent) },
    { name: "enroll, repeated with its key", run: () => till.send(withKeySent) },
    refused(310119, till.enrollment({ customerId: one })),
    refused(310011, till.enrollment({ customerId: nobody })),
    refused(310017, till.enrollment({ customerId: one }, { group: "/targetGroups/99" })),
    refused(310018, till.enrollment({ customerId: one }, { target: 99 })),
    refused(310019, till.enrollment({ customerId: one, periodName: "none" })),
  ];
}

function activitySteps(till: Till): Step[] {
  const { one, inTenTargets, inNothing } = customers;
  const giveBack = (activityId: string, originalActivityId: string) =>
    till.send(till.activities({ ...activity(one, activityId), type: "RETURN", originalActivityId }));
  const three = ["a", "b", "c"].map((activityId) => activity(one, activityId));
  return [
    { name: "recordActivities, cold", run: () => till.count(one, "one") },
    { name: "recordActivities", run: () => till.count(one, "two") },
    { name: "recordActivities, repeated", run: () => till.count(one, "two") },
    { name: "recordActivities, three activities", run: () => till.send(till.activities(three)) },
    { name: "recordActivities, a return", run: () => giveBack("three", "two") },
    { name: "recordActivities, a return before its transaction", run: () => giveBack("four", "five") },
    { name: "recordActivities, no target", run: () => till.count(inNothing, "one") },
    {
      name: "recordActivities, refused with 310011",
      run: () => till.sendInVain(310011, till.activities(activity(nobody, "one"))),
    },
    {
      name: "recordActivities, ten targets",
      prepare: () => till.enrollInOthers(inTenTargets),
      run: () => till.count(inTenTargets, "one"),
    },
    // This call is a month later, when no definition is cached any more.
    { name: "recordActivities, ten targets, cold", run: () => till.count(inTenTargets, "two", 2) },
  ];
}

function cardOf(externalId: string) {
  return { method: "POST", path: "/customers", body: { externalId } };
}

function erasureOf(customerId: number, mode: ErasureMode = "ERASE") {
  return { method: "DELETE", path: `/customers/${customerId}`, query: { mode } };
}

const findByCard = { method: "GET", path: "/customers", query: { externalId: "CARD-7" } };

/** A simulation reads every definition anew, so none is cold. */
function simulationSteps(till: Till): Step[] {
  const { one, inNothing } = customers;
  const simulated = (ask: ReturnType<Till["enrollment"]>) => till.send({ ...ask, path: `${ask.path}/simulate` });
  return [
    { name: "simulateEnrollment", run: () => simulated(till.enrollment({ customerId: inNothing })) },
    { name: "simulateUnenrollment", run: () => simulated(till.unenrollment(one)) },
    { name: "simulateActivities", run: () => simulated(till.activities(activity(one, "not-sent"))) },
  ];
}

function unenrollmentSteps(till: Till): Step[] {
  const { one, inTenTargets } = customers;
  const inVain = (code: 310011 | 310126, customerId: number): Step => ({
    name: `unenroll, refused with ${code}`,
    run: () => till.sendInVain(code, till.unenrollment(customerId)),
  });
  return [
    { name: "unenroll, cold", run: () => till.unenroll(one) },
    { name: "unenroll", run: () => till.unenroll(inTenTargets) },
    inVain(310126, one),
    inVain(310011, nobody),
    { name: "enroll, again", run: () => till.enroll(one) },
  ];
}

/** One function serves these calls and un-enrolment, so its definition is cached. */
function adjustmentSteps(till: Till): Step[] {
  const { one, inTenTargets } = customers;
  return [
    { name: "adjust", run: () => till.send(till.adjustment(one, "support-1")) },
    { name: "adjust, repeated", run: () => till.send(till.adjustment(one, "support-1")) },
    {
      name: "adjust, refused with 310126",
      run: () => till.sendInVain(310126, till.adjustment(inTenTargets, "support-2")),
    },
  ];
}

/** A streak in a group of its own. These calls read the definition anew each time. */
function forgivenessSteps(till: Till): Step[] {
  const customerId = customers.inNothing;
  let streak = "";
  const begin = async () => {
    streak = targetPathOf(await till.send({ method: "POST", path: "/targetGroups", body: streakBody }));
    await till.send({ method: "POST", path: `${streak}/enroll`, body: [{ customerId }] });
  };
  const send = (action: string, record: object) =>
    till.send({ method: "POST", path: `${streak}/${action}`, body: [{ customerId, reason: "Ill", ...record }] });
  const grant = { grantId: "support-3", amount: 1 };
  return [
    { name: "excuse", prepare: begin, run: () => send("excuse", { periodName: "c1" }) },
    { name: "excuse, again", run: () => send("excuse", { periodName: "c1" }) },
    { name: "unexcuse", run: () => send("unExcuse", { periodName: "c1" }) },
    { name: "grantFreezes", run: () => send("freezes", grant) },
    { name: "grantFreezes, repeated", run: () => send("freezes", grant) },
  ];
}

/** The path of the first target of a group that was created. */
function targetPathOf(created: string): string {
  const [, groupId, targetId] = /"data":\{"id":(\d+).*?"targets":\[\{"id":(\d+)/.exec(created) ?? [];
  return `/targetGroups/${groupId}/targets/${targetId}`;
}

function definitionSteps(till: Till): Step[] {
  return [
    { name: "putCustomer", run: () => till.send({ method: "PUT", path: "/customers/3", body: { firstName: "Ada" } }) },
    {
      name: "putCustomer, with an external id",
      run: () => till.send({ method: "PUT", path: "/customers/6", body: { externalId: "CARD-6" } }),
    },
    { name: "getCustomer", run: () => till.get("/customers/3") },
    { name: "registerCustomer", run: () => till.send(cardOf("CARD-7")) },
    { name: "registerCustomer, again", run: () => till.send(cardOf("CARD-7")) },
    { name: "findCustomer", run: () => till.send(findByCard) },
    { name: "exportCustomer", run: () => till.get("/customers/6/export") },
    { name: "eraseCustomer", run: () => till.send(erasureOf(6)) },
    { name: "eraseCustomer, again", run: () => till.send(erasureOf(6)) },
    { name: "eraseCustomer, anonymised", run: () => till.send(erasureOf(3, "ANONYMISE")) },
    { name: "getErasure", run: () => till.get("/erasures/6") },
    {
      name: "createTargetGroup",
      run: () => till.send({ method: "POST", path: "/targetGroups", body: groupBody }),
    },
    { name: "getTargetGroup", run: () => till.get(till.group) },
    {
      name: "editTargetGroup",
      run: () => till.send({ method: "PUT", path: edited(till), body: { description: "Prolonged" } }),
    },
    {
      name: "editTargetGroup, nothing different",
      run: () => till.send({ method: "PUT", path: edited(till), body: { description: "Prolonged" } }),
    },
    {
      name: "editTargetPeriods",
      run: () => till.send({ method: "PUT", path: `${till.group}/targetPeriods`, body: [{ id: 1, description: "x" }] }),
    },
    {
      name: "appendTargetPeriods",
      run: () => till.send({ method: "POST", path: `${till.group}/targetPeriods`, body: [lastPeriod] }),
    },
    {
      name: "addTarget",
      run: () => till.send({ method: "POST", path: `${till.group}/targets`, body: groupBody.targets[0] }),
    },
    {
      name: "editTarget",
      run: () =>
        till.send({
          method: "PUT",
          path: `${till.group}/targets/${till.firstTarget}`,
          body: { defaultValues: [{ defaultValue: 2000 }] },
        }),
    },
    // The target that was added. The other group has the one before.
    {
      name: "deactivateTarget",
      run: () => till.send({ method: "DELETE", path: `${till.group}/targets/12` }),
    },
    { name: "deleteTargetGroup", prepare: () => createUnused(till), run: () => deleteUnused(till) },
    { name: "getAuditLogs", run: () => till.get(`${till.group}/auditLogs`) },
  ];
}

/** The group that {@link deleteUnused} deletes. It is inactive. */
async function createUnused(till: Till): Promise<void> {
  await till.send({ method: "POST", path: "/targetGroups", body: { ...groupBody, name: "Unused", active: false } });
}

async function deleteUnused(till: Till): Promise<void> {
  await till.send({ method: "DELETE", path: "/targetGroups/3" }, 2);
}

function edited({ place }: Till): string {
  return `/targetGroups/editTargetGroup/${place.group.id}`;
}

/** Routes of one function share its cache, so a cold call is made of functions that have just started. */
function readingSteps(till: Till, { table, projection }: Workshop): Step[] {
  const { inTenTargets, withHistory } = customers;
  const liveThrough = async () => {
    await till.enroll(withHistory);
    for (let number = 1; number < 50; number += 1) await till.count(withHistory, `receipt-${number}`);
    await projection.catchUp();
  };
  const started = () => new Till(localFunctions(table), till.place);
  const history = (customerId: number) => `/users/${customerId}/trackedTargetEvents/${till.firstTarget}`;
  const paths = [
    ["listTargetGroups", "/targetGroups"],
    ["getUserTargetGroups", `/users/${inTenTargets}/targetGroups`],
    ["getEnrolledTargets", `/users/${inTenTargets}/enrolledTargets`],
    ["getTrackedTargetEvents", history(inTenTargets)],
    ["getTargetStatistics", `${till.group}/targets/${till.firstTarget}/statistics`],
    // One customer is in the second target.
    ["listTargetCustomers", `${till.group}/targets/${till.firstTarget + 1}/customers`],
  ] as const;
  return [
    ...paths.flatMap(([name, path]): Step[] => [
      { name: `${name}, cold`, prepare: () => projection.catchUp(), run: () => started().get(path) },
      { name, prepare: () => till.get(path), run: () => till.get(path) },
    ]),
    {
      name: "getTrackedTargetEvents, fifty rows",
      prepare: liveThrough,
      run: () => till.get(history(withHistory)),
    },
  ];
}

const lastPeriod = { refCode: "last", startDate: "2040-01-01", endDate: "2040-01-31" };

const groupBody = {
  name: "Another",
  trackingType: "DEFAULT",
  targetEvaluationType: "FIXED_CALENDAR_WINDOW",
  periods: [{ refCode: "c1", startDate: "2030-01-01", endDate: "2030-01-31" }],
  targets: [
    { name: "Spend", targetEntity: "TRANSACTION", targetType: "SALES", defaultValues: [{ defaultValue: 1000 }] },
  ],
};

const streakBody = {
  ...groupBody,
  name: "In a row",
  trackingType: "STREAKS",
  streaks: [{ name: "Once", targetCountOfSequence: 1 }],
};
