import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Bundle, deployedBundles, peerBundles } from "./bundles.ts";
import { printTable, type Target, verdict } from "./report.ts";
import { median, medianRatio } from "./statistics.ts";

const targets = {
  ofCdkDefaults: 0.45,
  ofBareSdk: 1.2,
  sizeBytes: 240_000,
} as const;

/** With fewer rounds, the median could be a process that other work has disturbed. */
const fewestRounds = 15;

/**
 * Measures how long each bundle takes to load in a process of its own, and compares the enrolment's with its peers. It
 * measures CPU time, because on a busy machine the clock would count other work too.
 */
export function benchCold(rounds: number): Target[] {
  if (rounds < fewestRounds) throw new Error(`At least ${fewestRounds} rounds are wanted; got ${rounds}`);
  const outdir = mkdtempSync(join(tmpdir(), "milestreak-bench-"));
  try {
    const functions = deployedBundles(outdir);
    const enroll = functions.find(({ name }) => name === "enroll");
    if (enroll === undefined) throw new Error("The stack has no function enroll");
    return measure(functions, enroll, peerBundles(outdir), outdir, rounds);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

function measure(
  functions: readonly Bundle[],
  enroll: Bundle,
  peers: ReturnType<typeof peerBundles>,
  outdir: string,
  rounds: number,
): Target[] {
  const { bareSdk, bareSdkWithProviders, documentClient, empty } = peers;
  const cdkDefaults = { ...peers.cdkDefaults, environment: enroll.environment };
  const documentedPackages = { ...peers.documentedPackages, environment: enroll.environment };
  const cached = { ...enroll, environment: { ...enroll.environment, NODE_COMPILE_CACHE: join(outdir, "cache") } };
  // The enrolment stands between the two peers that it is compared with.
  const rows: [string, Bundle][] = [
    ["an empty module", empty],
    ["the SDK alone, with all its providers", bareSdkWithProviders],
    ["the SDK alone, as bundled here", bareSdk],
    ["the document client alone, as bundled here", documentClient],
    ["enroll", enroll],
    ["enroll, as CDK bundles by default", cdkDefaults],
    ["the same packages as documented, as CDK bundles by default", documentedPackages],
    ["enroll, with a compile cache", cached],
    ...functions.filter((bundle) => bundle !== enroll).map((bundle): [string, Bundle] => [bundle.name, bundle]),
  ];
  const loads = rows.map(([, bundle]): [Bundle, Load[]] => [bundle, []]);
  // The bundles are measured round by round, so that other work on the machine affects all of them. The first round
  // fills caches and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [bundle, all] of inTurn(loads, round)) {
      const load = loadOf(bundle);
      if (round > 0) all.push(load);
    }
  }
  const loadsOf = new Map(loads);
  const timesOf = (bundle: Bundle, kind: keyof Load = "cpuMilliseconds") =>
    (loadsOf.get(bundle) ?? []).map((load) => load[kind]);
  printTable(
    ["module", "bytes", "ms by the clock", "ms of CPU", "of CDK's defaults"],
    rows.map(([name, bundle]) => [
      name,
      String(bundle.sizeBytes),
      median(timesOf(bundle, "clockMilliseconds")).toFixed(1),
      median(timesOf(bundle)).toFixed(1),
      medianRatio(timesOf(bundle), timesOf(cdkDefaults)).toFixed(2),
    ]),
  );
  return [
    verdict(
      "enroll's load time, of CDK's defaults",
      medianRatio(timesOf(enroll), timesOf(cdkDefaults)),
      "≤",
      targets.ofCdkDefaults,
    ),
    verdict(
      "enroll's load time, of the SDK alone",
      medianRatio(timesOf(enroll), timesOf(bareSdk)),
      "≤",
      targets.ofBareSdk,
    ),
    verdict("enroll's size in bytes", enroll.sizeBytes, "≤", targets.sizeBytes),
  ];
}

/**
 * Changes the order: every two rounds begin one item later, once forwards and once backwards. So no item is always
 * first or always after the same one.
 */
function inTurn<Item>(items: readonly Item[], round: number): Item[] {
  const start = Math.floor(round / 2) % items.length;
  const order = [...items.slice(start), ...items.slice(0, start)];
  return round % 2 === 0 ? order : order.toReversed();
}

type Load = { readonly clockMilliseconds: number; readonly cpuMilliseconds: number };

/** Loads the bundle like the Lambda runtime, until the handler could be called. Its client is made; nothing is sent. */
function loadOf({ path, environment }: Bundle): Load {
  const script = `
    const [startedAt, before] = [performance.now(), process.cpuUsage()];
    await import(${JSON.stringify(pathToFileURL(path).href)});
    const [clockMilliseconds, { user, system }] = [performance.now() - startedAt, process.cpuUsage(before)];
    console.log(JSON.stringify({ clockMilliseconds, cpuMilliseconds: (user + system) / 1000 }));`;
  const env = { ...environment, AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "bench", AWS_SECRET_ACCESS_KEY: "bench" };
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { env, encoding: "utf8" });
  return readLoad(output);
}

function readLoad(output: string): Load {
  const load: unknown = JSON.parse(output);
  if (isLoad(load)) return load;
  throw new Error(`The times of a load are wanted; got ${output}`);
}

function isLoad(value: unknown): value is Load {
  if (typeof value !== "object" || value === null) return false;
  if (!("clockMilliseconds" in value && "cpuMilliseconds" in value)) return false;
  return typeof value.clockMilliseconds === "number" && typeof value.cpuMilliseconds === "number";
}
