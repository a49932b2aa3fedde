import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { buildGroupItem, buildTargetItem } from "../shared/table/targetGroupItem.ts";
import { type Bundle, deployedBundles, peerBundles } from "./bundles.ts";
import { benchGroup, during, eventOf } from "./place.ts";
import type { CallerAnswer, CallerQuestion } from "./processes/caller.ts";
import type { StubQuestion } from "./processes/engineStub.ts";
import { Worker } from "./processes.ts";
import { printTable, type Target, verdict } from "./report.ts";
import { median, medianRatio } from "./statistics.ts";

const targets = { ofBareSdk: 1.15, ofDocumentClient: 1.0 } as const;
const warmUpCalls = 2_000;
const callsPerRound = 400;
const roundsPerSet = 6;

/** The sides that are measured, each by a process of its own. */
const sides = ["bareSdk", "documentClient", "documentedPackages", "enroll"] as const;
type Side = (typeof sides)[number];

const titles: Readonly<Record<Side, string>> = {
  bareSdk: "the SDK alone, two requests",
  documentClient: "the document client alone, two requests",
  documentedPackages: "the same packages as documented, event to answer",
  enroll: "enroll, event to answer",
};

/**
 * CPU time of a whole enrolment, from event to answer, beside the SDK and the document client sending the same two
 * requests, and beside a plain handler of the same packages. V8 compiles the same code differently from process to
 * process, and that differs more than the sides do. So several sets of processes are measured.
 */
export async function benchWarm(setCount: number): Promise<Target[]> {
  const outdir = mkdtempSync(join(tmpdir(), "milestreak-bench-"));
  const stub = new Worker(join(import.meta.dirname, "processes/engineStub.ts"), {});
  try {
    const enroll = deployedBundles(outdir).find(({ name }) => name === "enroll");
    if (enroll === undefined) throw new Error("The stack has no function enroll");
    const { environment } = enroll;
    const { bareSdk, documentClient, documentedPackages } = peerBundles(outdir);
    const bundles = { enroll, bareSdk, documentClient, documentedPackages: { ...documentedPackages, environment } };
    const port = await startStub(stub);
    const measured: Times[] = [];
    for (let set = 1; set <= setCount; set += 1) measured.push(await measureSet(stub, port, bundles));
    return report(measured);
  } finally {
    stub.stop();
    rmSync(outdir, { recursive: true });
  }
}

/** CPU microseconds of a call, one value for each round. */
type Times = Readonly<Record<Side, readonly number[]>>;

async function measureSet(stub: Worker, port: number, bundles: Readonly<Record<Side, Bundle>>): Promise<Times> {
  const workers = sides.map((side) => [side, startCaller(bundles[side], port)] as const);
  try {
    const callers = new Map(workers);
    const event = enrollmentEvent();
    await expectAccepted(callers.get("enroll"), event);
    const { spelledOut, plain } = await lastCalls(stub);
    await expectAccepted(callers.get("documentedPackages"), event);
    const argumentOf = { bareSdk: spelledOut, documentClient: plain, documentedPackages: event, enroll: event };
    for (const side of ["bareSdk", "documentClient"] as const) {
      await callers.get(side)?.call(argumentOf[side], warmUpCalls);
    }
    return await measure(workers, argumentOf);
  } finally {
    for (const [, { worker }] of workers) worker.stop();
  }
}

type Caller = {
  readonly worker: Worker;
  readonly call: (argument: object, calls: number) => Promise<CallerAnswer>;
};

function startCaller({ path, environment }: Bundle, port: number): Caller {
  const worker = new Worker(join(import.meta.dirname, "processes/caller.ts"), {
    ...environment,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "bench",
    AWS_SECRET_ACCESS_KEY: "bench",
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}`,
  });
  const url = pathToFileURL(path).href;
  return { worker, call: (argument, calls) => worker.ask({ url, argument, calls } satisfies CallerQuestion) };
}

async function startStub(stub: Worker): Promise<number> {
  const { org, group } = benchGroup;
  const [first] = group.targets;
  if (first === undefined) throw new Error("A group has a target");
  const items = [buildGroupItem(org, group), buildTargetItem(org, group.id, first)];
  const replies = {
    GetItem: { Item: { pk: { S: `ORG#${org}#CUSTOMER#1` } } },
    Query: { Items: items.map((item) => marshall(item, { removeUndefinedValues: true })), Count: 2 },
    UpdateItem: {},
  };
  const { port } = await stub.ask<{ port: number }>({ replies } satisfies StubQuestion);
  return port;
}

/** The inputs of the two requests that the last enrolment sent, in the engine's notation and in plain values. */
async function lastCalls(stub: Worker): Promise<{ readonly spelledOut: object; readonly plain: object }> {
  const [get, update] = await stub.ask<string[]>({ lastOf: ["GetItem", "UpdateItem"] } satisfies StubQuestion);
  const spelledOut = { get: JSON.parse(get ?? ""), update: JSON.parse(update ?? "") };
  const plain = {
    get: { ...spelledOut.get, Key: unmarshall(spelledOut.get.Key) },
    update: {
      ...spelledOut.update,
      Key: unmarshall(spelledOut.update.Key),
      ExpressionAttributeValues: unmarshall(spelledOut.update.ExpressionAttributeValues),
    },
  };
  return { spelledOut, plain };
}

function enrollmentEvent(): object {
  const { org, group } = benchGroup;
  return eventOf(
    { org },
    {
      method: "POST",
      path: `/targetGroups/${group.id}/targets/${group.targets[0]?.id}/enroll`,
      body: [{ customerId: 1, initialBalance: 250 }],
      now: during(1),
    },
  ).event;
}

/** Warms up a handler, and checks that it accepts the call. */
async function expectAccepted(caller: Caller | undefined, event: object): Promise<void> {
  const lastResult = (await caller?.call(event, warmUpCalls))?.lastResult;
  const isAnswer = typeof lastResult === "object" && lastResult !== null && "statusCode" in lastResult;
  if (!isAnswer || lastResult.statusCode !== 200) throw new Error(`Answered ${JSON.stringify(lastResult)}`);
}

async function measure(
  workers: readonly (readonly [Side, Caller])[],
  argumentOf: Readonly<Record<Side, object>>,
): Promise<Times> {
  const times: Record<Side, number[]> = { bareSdk: [], documentClient: [], documentedPackages: [], enroll: [] };
  for (let round = 1; round <= roundsPerSet; round += 1) {
    // The order changes with each round, so that no side always runs after the same one.
    for (const [side, caller] of round % 2 === 0 ? workers.toReversed() : workers) {
      times[side].push((await caller.call(argumentOf[side], callsPerRound)).cpuMicroseconds);
    }
  }
  return times;
}

function report(sets: readonly Times[]): Target[] {
  const ratiosOf = (side: Side, base: Side) => sets.map((times) => medianRatio(times[side], times[base]));
  printTable(
    ["", "median µs of CPU", "of the SDK", "from", "to", "of the document client"],
    sides.map((side) => {
      const ratios = ratiosOf(side, "bareSdk");
      return [
        titles[side],
        median(sets.flatMap((times) => times[side])).toFixed(0),
        median(ratios).toFixed(2),
        Math.min(...ratios).toFixed(2),
        Math.max(...ratios).toFixed(2),
        median(ratiosOf(side, "documentClient")).toFixed(2),
      ];
    }),
  );
  return [
    verdict("a warm enrolment's CPU, of the SDK alone", median(ratiosOf("enroll", "bareSdk")), "≤", targets.ofBareSdk),
    verdict(
      "a warm enrolment's CPU, of the document client alone",
      median(ratiosOf("enroll", "documentClient")),
      "≤",
      targets.ofDocumentClient,
    ),
  ];
}
