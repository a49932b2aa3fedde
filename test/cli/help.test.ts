import { describe, expect, it } from "vitest";
import { admin } from "../support/adminCommand.ts";

const levels: readonly (readonly [level: string, commands: readonly string[]])[] = [
  ["", ["credentials", "target-groups", "customers", "enroll|enrol", "unenroll|unenrol"]],
  ["credentials", ["create", "list", "disable", "rotate"]],
  ["target-groups", ["create", "list", "show"]],
  ["customers", ["import"]],
];

const calling = ["--url", "--local", "--port", "--username", "--secret-file", "--json"];
const bulk = [...calling, "--results", "--concurrency", "--attempts", "--delimiter", "--retry-refused"];
const commands: readonly (readonly [command: string, options: readonly string[]])[] = [
  ["target-groups create", calling],
  ["target-groups list", calling],
  ["target-groups show", calling],
  ["customers import", bulk],
  ["enroll", [...bulk, "--group", "--target"]],
  ["enrol", [...bulk, "--group", "--target"]],
  ["unenroll", [...bulk, "--group", "--target"]],
  ["unenrol", [...bulk, "--group", "--target"]],
];

/** What a section of the help lists, `help` itself left out. */
function listed(help: string, section: string): string[] {
  const [, body = ""] = new RegExp(`^${section}:\n((?: .*\n)+)`, "m").exec(help) ?? [];
  return [...body.matchAll(/^ {2}(?:-h, )?(\S+)/gm)]
    .map(([, name = ""]) => name)
    .filter((name) => !name.endsWith("help"));
}

async function helpOf(words: string): Promise<string> {
  const { status, stdout, stderr } = await admin(...words.split(" ").filter(Boolean), "--help");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

describe("--help", () => {
  it.each(levels)("of %j lists exactly its commands", async (level, expected) => {
    expect(listed(await helpOf(level), "Commands")).toEqual(expected);
  });

  it.each(commands)("of %s lists exactly its options", async (command, expected) => {
    expect(listed(await helpOf(command), "Options").toSorted()).toEqual(expected.toSorted());
  });

  it("explains the exit statuses", async () => {
    expect(await helpOf("")).toMatch(/^Exit status: 0 done; 1 .*; 2 .*\n.*; 3 .*; 130 /m);
  });
});

describe("the command line", () => {
  const local = ["--local", "--port", "1"];
  const enroll = ["enroll", "x.csv", "--group", "1", "--target", "1"];
  it.each([
    ["neither --url nor --local", ["target-groups", "list"]],
    ["both --url and --local", ["target-groups", "list", "--local", "--url", "https://api.example.com/v3"]],
    ["--url without --username", ["target-groups", "list", "--url", "https://api.example.com/v3"]],
    ["a secret that would cross the network in the clear", ["target-groups", "list", "--url", "http://example.com/v3"]],
    ["a URL with a secret in it", ["target-groups", "list", "--url", "https://me:secret@example.com/v3"]],
    ["a URL of another kind", ["target-groups", "list", "--url", "ftp://example.com/v3"]],
    ["a secret in the clear", ["target-groups", "list", ...local, "--secret", "s"]],
    ["no file", ["enroll", "--group", "1", "--target", "1", ...local]],
    ["no group", ["enroll", "x.csv", "--target", "1", ...local]],
    ["no target", ["unenroll", "x.csv", "--group", "1", ...local]],
    ["a group that is no id", ["enroll", "x.csv", "--group", "0", "--target", "1", ...local]],
    ["a concurrency of 0", [...enroll, ...local, "--concurrency", "0"]],
    ["a concurrency of 257", [...enroll, ...local, "--concurrency", "257"]],
    ["21 attempts", [...enroll, ...local, "--attempts", "21"]],
    ["a delimiter of two characters", [...enroll, ...local, "--delimiter", ",,"]],
  ])("with %s is refused with status 2, printing nothing on standard output", async (_, args) => {
    const { status, stdout, stderr } = await admin(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).not.toBe("");
  });

  it("with --local calls the service of npm start as its demo operator, and says with status 3 that it is not there", async () => {
    const { status, stderr } = await admin("target-groups", "list", ...local);
    expect(status).toBe(3);
    expect(stderr).toMatch(/^GET http:\/\/127\.0\.0\.1:1\/v3\/targetGroups\S* has no answer: /);
  });
});
