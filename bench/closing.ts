import { join } from "node:path";
import { marshall } from "@aws-sdk/util-dynamodb";
import { closeShard } from "../functions/closeShard/closeShard.ts";
import { listDueCycles } from "../functions/listDueCycles/listDueCycles.ts";
import { buildContext } from "../local/proxyEvent.ts";
import { decideClosing } from "../shared/domain/closing.ts";
import type { Enrollment } from "../shared/domain/enrollment.ts";
import { formatInstant } from "../shared/domain/instant.ts";
import { writeEnrollment } from "../shared/operations/enroll.ts";
import { createClient, openTable, patientLimits } from "../shared/table/client.ts";
import { buildCountingUpdate } from "../shared/table/countingUpdate.ts";
import { findEnrollment } from "../shared/table/enrollments.ts";
import { enrollmentKey, indexPartition, indexRowKey, shardCount } from "../shared/table/keys.ts";
import { ShardList } from "../shared/table/targetShards.ts";
import { addRound, environmentOf, type Loads, newLoads, ratiosOf, speedFigures, spelledOut } from "./besideTheSdk.ts";
import { copyItems, putAll } from "./copies.ts";
import { type BenchEngine, withEngine } from "./engine.ts";
import { Meter } from "./meter.ts";
import { benchAuthor, during, newPlace, type Place } from "./place.ts";
import type { ClosingAnswer, ClosingQuestion } from "./processes/closer.ts";
import type { DirectWork, EngineRequest, MeasuredLoad } from "./processes/directRequests.ts";
import { Worker } from "./processes.ts";
import { printTable, type Target, verdict } from "./report.ts";
import { median } from "./statistics.ts";

const target = 0.8;
/** How many enrolments each side closes in a round. */
const customerCount = 1_600;
/** As many as one call of the function closes side by side. */
const enrollmentsAtOnce = 25;
const customersPerPage = 100;

/**
 * Enrolments closed per second by the function, beside the SDK alone that does the same reads and writes on the same
 * engine, and what an enrolment costs. A round closes one cycle for other customers than the rounds before.
 */
export async function benchClosing(rounds: number): Promise<Target[]> {
  return withEngine(async (engine) => {
    const closer = new Worker(join(import.meta.dirname, "processes/closer.ts"), {});
    const direct = new Worker(join(import.meta.dirname, "processes/directRequests.ts"), environmentOf(engine));
    try {
      const sides = { ours: () => closeByFunction(engine, closer), sdk: () => closeDirectly(engine, direct) };
      // The first round only warms up.
      await addRound(newLoads(), 0, sides);
      const loads = newLoads<Load>();
      for (let round = 1; round <= rounds; round += 1) await addRound(loads, round, sides);
      printFigures(loads, await unitsOfAnEnrolment(engine));
      const judged = median(ratiosOf(loads, enrolmentsPerSecond));
      return [verdict("enrolments closed per second, of the SDK alone", judged, "≥", target)];
    } finally {
      for (const worker of [closer, direct]) worker.stop();
    }
  });
}

type Load = { readonly milliseconds: number; readonly cpuMicroseconds: number };

/** A brand with enrolments in the index whose first cycle ends. */
async function newMembers({ table }: BenchEngine, count: number): Promise<Place> {
  const place = await newPlace(table, 12, 1);
  const { org, group } = place;
  const ids = idsOf(count);
  const ref = (customerId: number) => ({ org, customerId, groupId: group.id, targetId: targetOf(place) });
  const plan = { outcome: "accepted", fromCycle: 1, opening: { kind: "resume" }, definitionVersion: 1 } as const;
  await writeEnrollment(table, ref(1), plan, {
    authorship: benchAuthor,
    idempotency: undefined,
    now: during(1),
  });
  await copyItems(table, org, 1, [enrollmentKey(org, 1, group.id, targetOf(place)).sk], ids.slice(1));
  await putAll(
    table,
    ids.map((customerId) => indexRowKey(org, ref(customerId))),
  );
  const shards = new ShardList(table);
  for (const customerId of ids.slice(0, shardCount)) await shards.add(ref(customerId));
  return place;
}

function idsOf(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function targetOf({ group }: Place): number {
  return group.targets[0]?.id ?? 0;
}

async function closeByFunction(engine: BenchEngine, closer: Worker): Promise<Load> {
  const { org } = await newMembers(engine, customerCount);
  const answer = await askToClose(engine, closer, org);
  const closedCount = answer.closed.reduce((sum, counts) => sum + (counts[1] ?? 0), 0);
  if (closedCount !== customerCount) throw new Error(`${closedCount} enrolments were closed`);
  return answer;
}

function askToClose({ access, table }: BenchEngine, closer: Worker, org: string): Promise<ClosingAnswer> {
  const question: ClosingQuestion = { ...access, tableName: table.name, org, now: formatInstant(during(2)) };
  return closer.ask<ClosingAnswer>(question);
}

async function closeDirectly(engine: BenchEngine, direct: Worker): Promise<Load> {
  const place = await newMembers(engine, customerCount);
  const { org, group } = place;
  const ref = { org, customerId: 1, groupId: group.id, targetId: targetOf(place) };
  const stored = await findEnrollment(engine.table, ref);
  if (stored === undefined) throw new Error("The customer is enrolled");
  const work: DirectWork = {
    pieces: [...pagesOf(engine, place), ...idsOf(customerCount).map((id) => closingOf(engine, place, stored, id))],
    connections: enrollmentsAtOnce,
  };
  return direct.ask<MeasuredLoad>(work);
}

/** The pages of the index. */
function pagesOf({ table }: BenchEngine, place: Place): EngineRequest[][] {
  const pages = Math.ceil(customerCount / shardCount / customersPerPage);
  return Array.from({ length: shardCount * pages }, (_, index) => [
    {
      query: {
        TableName: table.name,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: marshall({ ":pk": partitionOf(place, index % shardCount) }),
        ConsistentRead: true,
        Limit: customersPerPage,
      },
    },
  ]);
}

function partitionOf(place: Place, shard: number): string {
  return indexPartition(place.org, { groupId: place.group.id, targetId: targetOf(place), shard });
}

/** The read and the write of one closing. */
function closingOf({ table }: BenchEngine, place: Place, stored: Enrollment, customerId: number): EngineRequest[] {
  const { org, group } = place;
  const [rule] = group.targets;
  if (rule === undefined) throw new Error("The group has a target");
  const key = enrollmentKey(org, customerId, group.id, rule.id);
  const decision = decideClosing(group, rule, stored, during(2));
  if (decision.outcome !== "close") throw new Error("The cycle is open");
  const update = spelledOut(buildCountingUpdate(key, stored, decision.next));
  return [
    { get: { TableName: table.name, Key: marshall(key), ConsistentRead: true } },
    { update: { TableName: table.name, ...update, ReturnValuesOnConditionCheckFailure: "ALL_OLD" } },
  ];
}

type Units = { readonly read: number; readonly write: number };

/** All that a closing costs, the list, the pages and the notes included, for each of its enrolments. */
async function unitsOfAnEnrolment(engine: BenchEngine): Promise<Units> {
  const { access, table } = engine;
  const { org } = await newMembers(engine, customerCount);
  const sizes = createClient(access, patientLimits);
  const metered = openTable({ tableName: table.name, ...access }, patientLimits);
  const meter = new Meter(metered.client, sizes);
  const cost = await meter.costOf(async () => {
    const { tasks } = await listDueCycles(metered)({ now: formatInstant(during(2)), resumeAfter: null, org });
    for (const task of tasks) await closeShard(metered)(task, buildContext("closeShard"));
  });
  metered.close();
  sizes.destroy();
  return { read: cost.readUnits / customerCount, write: cost.writeUnits / customerCount };
}

function printFigures(loads: Loads<Load>, { read, write }: Units): void {
  printTable(
    ["by", "enrolments a second", "of the SDK", "from", "to", "µs of CPU each"],
    [
      ["the SDK alone", ...figuresOf(loads.sdk, [1])],
      ["the function", ...figuresOf(loads.ours, ratiosOf(loads, enrolmentsPerSecond))],
    ],
  );
  console.log(`An enrolment costs ${read.toFixed(2)} read units and ${write.toFixed(2)} write units.`);
}

function enrolmentsPerSecond({ milliseconds }: Load): number {
  return (1000 * customerCount) / milliseconds;
}

function figuresOf(loads: readonly Load[], ofTheSdk: readonly number[]): string[] {
  const cpuMicroseconds = median(loads.map((load) => load.cpuMicroseconds)) / customerCount;
  return [...speedFigures(loads, enrolmentsPerSecond, ofTheSdk), cpuMicroseconds.toFixed(0)];
}
