import type { SQSRecord } from "aws-lambda";
import { closeShard } from "../functions/closeShard/closeShard.ts";
import { countQueuedActivities } from "../functions/countQueuedActivities/countQueuedActivities.ts";
import { listDueCycles } from "../functions/listDueCycles/listDueCycles.ts";
import { buildContext } from "../local/proxyEvent.ts";
import { formatInstant } from "../shared/domain/instant.ts";
import { createContext } from "../shared/operations/context.ts";
import { type ClosingTask, type ErasingTask, isErasing } from "../shared/operations/listDueShards.ts";
import type { Table } from "../shared/table/client.ts";
import { activityKey, enrollmentKey, type Key } from "../shared/table/keys.ts";
import { during, newCustomer, newPlace } from "./place.ts";
import { newProjector } from "./projection.ts";
import type { Step, Workshop } from "./steps.ts";
import { activity, Till } from "./till.ts";

/**
 * The second customer is enrolled in three targets. The first two have a shard of the index each; the others share one.
 */
const [first, second] = [1, 2] as const;
const inOneShard = [3, 19, 35] as const;

/** The work that no request waits for, in a group of 10 cycles and 3 targets. Nothing else in the table may be due. */
export async function backgroundSteps(workshop: Workshop): Promise<Step[]> {
  const { table, functions, projection } = workshop;
  const place = await newPlace(table, 10, 3);
  const till = new Till(functions, place);
  for (const customerId of [first, second, ...inOneShard]) {
    await newCustomer(table, place, customerId);
    await till.enroll(customerId);
  }
  await till.enrollInOthers(second);
  await projection.catchUp();
  return [...queueSteps(table, till), ...projectorSteps(workshop, till), ...closingSteps(workshop, till)];
}

function queueSteps(table: Table, { place }: Till): Step[] {
  const lambda = countQueuedActivities(createContext(table));
  const count = (...activityIds: readonly string[]) =>
    withoutFailures(lambda({ Records: activityIds.map((id) => messageOf(place.org, activity(first, id))) }));
  return [
    { name: "countQueuedActivities, cold", run: () => count("one") },
    { name: "countQueuedActivities", run: () => count("two") },
    { name: "countQueuedActivities, three messages", run: () => count("three", "four", "five") },
    { name: "countQueuedActivities, a message again", run: () => count("five") },
  ];
}

/** The projector receives chosen records. Their changes may have been projected before or not. */
function projectorSteps({ table, projection }: Workshop, till: Till): Step[] {
  const { org, group } = till.place;
  const lambda = newProjector(table);
  const project = async (key: Key) => withoutFailures(lambda({ Records: [await projection.recordOf(key)] }));
  const enrollmentOf = (customerId: number) => enrollmentKey(org, customerId, group.id, till.firstTarget);
  const [newcomer, other] = [4, 20] as const;
  const enter = async (customerId: number) => {
    await newCustomer(table, till.place, customerId);
    await till.enroll(customerId);
  };
  return [
    {
      name: "projector, an enrolment, cold",
      prepare: () => enter(newcomer),
      run: () => project(enrollmentOf(newcomer)),
    },
    { name: "projector, an enrolment", prepare: () => enter(other), run: () => project(enrollmentOf(other)) },
    { name: "projector, an enrolment again", run: () => project(enrollmentOf(other)) },
    { name: "projector, an activity", run: () => project(activityKey(org, first, "one")) },
    {
      name: "projector, an activity for three targets",
      prepare: () => till.count(second, "one"),
      run: () => project(activityKey(org, second, "one")),
    },
  ];
}

const twoDaysMilliseconds = 2 * 24 * 60 * 60 * 1000;

function closingSteps({ table, projection }: Workshop, till: Till): Step[] {
  const [list, close] = [listDueCycles(table), closeShard(table)];
  const listAt = (cycleNumber: number) => list({ now: formatInstant(during(cycleNumber)), resumeAfter: null });
  let open: readonly ClosingTask[] = [];
  let erasing: readonly ErasingTask[] = [];
  let unused = "";
  const closeShardsOf = async (targetId: number, shards: readonly number[]) => {
    const task = open.find((each) => !isErasing(each) && each.targetId === targetId);
    if (task === undefined || isErasing(task)) throw new Error(`Target ${targetId} is not due`);
    await close({ ...task, shards }, buildContext("closeShard"));
  };
  const listOpen = async () => {
    await projection.catchUp();
    open = (await listAt(2)).tasks;
  };
  const count = listDueCycles(table, 24);
  const listCounts = async () => {
    const { tasks } = await count({ now: formatInstant(during(2) + twoDaysMilliseconds), resumeAfter: null });
    open = tasks.filter(({ sweep }) => sweep.kind === "STATISTICS");
  };
  const closeAll = async () => {
    for (const task of (await listAt(2)).tasks) await close(task, buildContext("closeShard"));
  };
  return [
    { name: "listDueCycles, nothing due", prepare: async () => void (await listAt(1)), run: () => listAt(1) },
    { name: "listDueCycles", prepare: listOpen, run: () => listAt(2) },
    { name: "closeShard", run: () => closeShardsOf(till.firstTarget, [first]) },
    { name: "closeShard, three customers", run: () => closeShardsOf(till.firstTarget, [inOneShard[0]]) },
    { name: "closeShard, again", run: () => closeShardsOf(till.firstTarget, [inOneShard[0]]) },
    { name: "listDueCycles, all closed", prepare: closeAll, run: () => listAt(2) },
    { name: "listDueCycles, statistics", run: listCounts },
    { name: "closeShard, statistics of three customers", run: () => closeShardsOf(till.firstTarget, [inOneShard[0]]) },
    {
      name: "listDueCycles, a group without customers",
      prepare: async () => {
        unused = (await newPlace(table, 10, 3)).org;
        await listAt(1);
      },
      run: () => list({ now: formatInstant(during(2)), resumeAfter: null, org: unused }),
    },
    {
      name: "closeShard, an erasure",
      prepare: async () => {
        await till.send({ method: "DELETE", path: `/customers/${first}`, query: { mode: "ERASE" } }, 2);
        erasing = (await listAt(2)).tasks.filter(isErasing);
      },
      run: () => Promise.all(erasing.map((task) => close({ ...task, isRecorded: true }, buildContext("closeShard")))),
    },
  ];
}

type BatchAnswer = { readonly batchItemFailures: readonly unknown[] };

async function withoutFailures(answer: Promise<BatchAnswer>): Promise<void> {
  const { batchItemFailures } = await answer;
  if (batchItemFailures.length > 0) throw new Error("A record of a batch failed");
}

/** The message as Lambda delivers it. */
function messageOf(org: string, body: object): SQSRecord {
  return {
    messageId: "",
    receiptHandle: "",
    body: JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: during(1).toString(),
      SenderId: "",
      ApproximateFirstReceiveTimestamp: "",
    },
    messageAttributes: { org: { dataType: "String", stringValue: org } },
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "",
    awsRegion: "",
  };
}
