import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

/** Starting Node takes 0.6 s of this. A single expression whose work was quadratic took 100 s for 256 kB. */
const mostCpuSeconds = 12;

test("bodies of 16, 64 and 256 kB, built to be read slowly, take next to no CPU time", () => {
  const command = `ulimit -t ${mostCpuSeconds}; exec "${process.execPath}" test/support/work/readBodies.ts 16 64 256`;
  // The system counts the work of this process alone, so other load on the machine makes no difference.
  const { status, signal, stdout, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
  expect({ status, signal, stderr, lastRead: stdout.trim().split("\n").at(-1) }).toEqual({
    status: 0,
    signal: null,
    stderr: "",
    lastRead: "empty objects of 262144 bytes",
  });
});
