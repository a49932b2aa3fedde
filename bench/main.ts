import { Command, InvalidArgumentError } from "commander";
import { benchActivities } from "./activities.ts";
import { benchGrowth } from "./benchGrowth.ts";
import { benchClosing } from "./closing.ts";
import { benchCold } from "./cold.ts";
import { benchHttp } from "./http.ts";
import type { Target } from "./report.ts";
import { benchWarm } from "./warm.ts";

function finish(targets: readonly Target[]): void {
  for (const { text } of targets) console.log(text);
  if (targets.some(({ isMet }) => !isMet)) process.exitCode = 1;
}

const program = new Command("npm run bench --").description("Measurements, each with its peer in the same run.");
program
  .command("activities")
  .description("throughput and CPU of counting over HTTP beside the SDK's for the same query and transaction")
  .option(
    "--rounds <count>",
    "of 800 activities with one target and 280 with ten, by each side; an even number",
    evenCount,
    6,
  )
  .action(async ({ rounds }: { rounds: number }) => finish(await benchActivities(rounds)));
program
  .command("cold")
  .description("load time of each Lambda's bundle in a fresh process")
  .option("--rounds <count>", "processes for each bundle", count, 21)
  .action(({ rounds }: { rounds: number }) => finish(benchCold(rounds)));
program
  .command("closing")
  .description("enrolments closed per second beside the SDK's for the same reads and writes, and units of each")
  .option("--rounds <count>", "of 1 600 enrolments by each side; an even number", evenCount, 10)
  .action(async ({ rounds }: { rounds: number }) => finish(await benchClosing(rounds)));
program
  .command("growth")
  .description("units, requests and bytes by number of cycles and targets; draws docs/growth.svg")
  .action(async () => finish(await benchGrowth()));
program
  .command("http")
  .description("throughput and latency over HTTP beside the SDK's for the same two requests")
  .option(
    "--rounds <count>",
    "of 2 200 enrolments by each side; an even number, as the sides come first by turns",
    evenCount,
    10,
  )
  .action(async ({ rounds }: { rounds: number }) => finish(await benchHttp(rounds)));
program
  .command("warm")
  .description("CPU time of a whole enrolment beside the SDK's and the document client's for the same two requests")
  .option("--pairs <count>", "of processes, one for each side", count, 7)
  .action(async ({ pairs }: { pairs: number }) => finish(await benchWarm(pairs)));

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("A number from 1 on is wanted.");
  return value;
}

function evenCount(text: string): number {
  const value = count(text);
  if (value % 2 === 1) throw new InvalidArgumentError("An even number is wanted.");
  return value;
}

await program.parseAsync();
