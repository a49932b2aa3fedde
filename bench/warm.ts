import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildGroupItem, buildTargetItem } from "../shared/table/targetGroupItem.ts";
import { type Bundle, deployedBundles, peerBundles } from "./bundles.ts";
import { benchGroup, during, eventOf } from "./place.ts";
import type { CallerAnswer, CallerQuestion } from "./processes/caller.ts";
import type { StubQuestion } from "./processes/engineStub.ts";
import { Worker } from "./processes.ts";
import { printTable, type Target, verdict } from "./report.ts";
import { median, medianRatio } from "./statistics.ts";

const target = 1.15;
const warmUpCalls = 2_000;
const callsPerRound = 400;
const roundsPerPair = 6;

/**
 * CPU time of a whole enrolment, from event to answer, beside the bare SDK sending the same two requests. What V8 makes
 * of the same code differs from process to process by more than is looked for, so there are several pairs of them.
 */
export async function benchWarm(pairs: number): Promise<Target[]> {
  const outdir = mkdtempSync(join(tmpdir(), "milestreak-bench-"));
  const stub = new Worker(join(import.meta.dirname, "processes/engineStub.ts"), {});
  try {
    const enroll = deployedBundles(outdir).find(({ name }) => name === "enroll");
    if (enroll === undefined) throw new Error("The stack has no function enroll");
    const { bareSdk } = peerBundles(outdir);
    const port = await startStub(stub);
    const measured: Pair[] = [];
    for (let pair = 1; pair <= pairs; pair += 1) measured.push(await measurePair(stub, port, enroll, bareSdk));
    return report(measured);
  } finally {
    stub.stop();
    rmSync(outdir, { recursive: true });
  }
}

/** Microseconds of CPU for a call, round by round. */
type Pair = { readonly own: readonly number[]; readonly base: readonly number[] };

async function measurePair(stub: Worker, port: number, enroll: Bundle, bareSdk: Bundle): Promise<Pair> {
  const [ours, bare] = [startCaller(enroll, port), startCaller(bareSdk, port)];
  try {
    const event = enrollmentEvent();
    await warmUp(ours, event);
    const calls = await lastCalls(stub);
    await bare.call(calls, warmUpCalls);
    return await measure(ours, event, bare, calls);
  } finally {
    for (const { worker } of [ours, bare]) worker.stop();
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
  const replies = {
    GetItem: { Item: { pk: { S: `ORG#${org}#CUSTOMER#1` } } },
    Query: { Items: [buildGroupItem(org, group), buildTargetItem(org, group.id, first)], Count: 2 },
    UpdateItem: {},
  };
  const { port } = await stub.ask<{ port: number }>({ replies } satisfies StubQuestion);
  return port;
}

/** The inputs of the two requests that the last enrolment sent. */
async function lastCalls(stub: Worker): Promise<{ get: unknown; update: unknown }> {
  const [get, update] = await stub.ask<string[]>({ lastOf: ["GetItem", "UpdateItem"] } satisfies StubQuestion);
  return { get: JSON.parse(get ?? ""), update: JSON.parse(update ?? "") };
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

async function warmUp(ours: Caller, event: object): Promise<void> {
  const { lastResult } = await ours.call(event, warmUpCalls);
  const isAccepted = typeof lastResult === "object" && lastResult !== null && "statusCode" in lastResult;
  if (!isAccepted || lastResult.statusCode !== 200) throw new Error(`Answered ${JSON.stringify(lastResult)}`);
}

async function measure(ours: Caller, event: object, bare: Caller, calls: object): Promise<Pair> {
  const [own, base]: [number[], number[]] = [[], []];
  for (let round = 1; round <= roundsPerPair; round += 1) {
    // In turn the first, so that neither always meets what the other has left behind.
    if (round % 2 === 0) own.push((await ours.call(event, callsPerRound)).cpuMicroseconds);
    base.push((await bare.call(calls, callsPerRound)).cpuMicroseconds);
    if (round % 2 === 1) own.push((await ours.call(event, callsPerRound)).cpuMicroseconds);
  }
  return { own, base };
}

function report(pairs: readonly Pair[]): Target[] {
  const ratios = pairs.map(({ own, base }) => medianRatio(own, base));
  const [lowest, highest] = [Math.min(...ratios), Math.max(...ratios)];
  const medianOf = (side: keyof Pair) => median(pairs.flatMap((pair) => pair[side]));
  printTable(
    ["", "median µs of CPU", "of the SDK", "from", "to"],
    [
      ["the SDK alone, two requests", medianOf("base").toFixed(0), "1.00", "", ""],
      [
        "enroll, event to answer",
        medianOf("own").toFixed(0),
        median(ratios).toFixed(2),
        lowest.toFixed(2),
        highest.toFixed(2),
      ],
    ],
  );
  return [verdict("a warm enrolment's CPU, of the SDK alone", median(ratios), "≤", target)];
}
