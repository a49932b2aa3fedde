import { describe, expect, it } from "vitest";
import { admin } from "../support/adminCommand.ts";

const levels: readonly (readonly [level: string, commands: readonly string[]])[] = [
  [
    "",
    [
      "credentials",
      "target-groups",
      "customers",
      "erasures",
      "dead-letters",
      "enroll|enrol",
      "unenroll|unenrol",
      "adjust",
      "excuse",
      "unexcuse",
      "freezes",
      "doctor",
    ],
  ],
  ["credentials", ["create", "list", "disable", "rotate", "limit"]],
  ["target-groups", ["create", "list", "show", "update", "deactivate", "activate", "extend", "history"]],
  ["customers", ["import", "list", "statistics", "export", "erase"]],
  ["erasures", ["show", "reapply"]],
  ["dead-letters", ["erase"]],
];

const calling = ["--url", "--local", "--port", "--username", "--secret-file", "--json"];
const bulk = [...calling, "--results", "--concurrency", "--attempts", "--delimiter", "--retry-refused"];
const commands: readonly (readonly [command: string, options: readonly string[]])[] = [
  ["target-groups create", calling],
  ["target-groups list", calling],
  ["target-groups show", [...calling, "--yaml"]],
  ["target-groups update", [...calling, "--if-version"]],
  ["target-groups deactivate", [...calling, "--if-version", "--target"]],
  ["target-groups activate", [...calling, "--if-version", "--target"]],
  ["target-groups extend", [...calling, "--if-version", "--cycles"]],
  ["target-groups history", calling],
  ["customers import", bulk],
  ["customers list", [...calling, "--group", "--target", "--status", "--period", "--achieved"]],
  ["customers statistics", [...calling, "--group", "--target"]],
  ["customers export", [...calling, "--output"]],
  ["customers erase", [...calling, "--mode", "--yes"]],
  ["erasures show", calling],
  ["erasures reapply", ["--from", "--table", "--local", "--port", "--json"]],
  ["dead-letters erase", ["--org", "--external-id", "--queue-url", "--org-queue-urls", "--dry-run", "--json"]],
  ["enroll", [...bulk, "--group", "--target"]],
  ["enrol", [...bulk, "--group", "--target"]],
  ["unenroll", [...bulk, "--group", "--target"]],
  ["adjust", [...bulk, "--group", "--target"]],
  ["excuse", [...bulk, "--group", "--target"]],
  ["unexcuse", [...bulk, "--group", "--target"]],
  ["freezes", [...bulk, "--group", "--target"]],
  ["doctor", [...calling, "--stack", "--toolkit-stack-name", "--group", "--target", "--customer"]],
  ["unenrol", [...bulk, "--group", "--target"]],
];

/** The names that a section of the help lists, except `help` itself. */
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

function url(text: string): string[] {
  return ["target-groups", "list", "--username", "me", "--url", text];
}

describe("the command line", () => {
  const local = ["--local", "--port", "1"];
  const enroll = ["enroll", "x.csv", "--group", "1", "--target", "1"];
  it.each([
    ["neither --url nor --local", ["target-groups", "list"], /name one of --url <url> and --local/],
    ["both --url and --local", [...url("https://example.com/v3"), "--local"], /'--local' cannot be used with .*'--url/],
    [
      "--url without --username",
      ["target-groups", "list", "--url", "https://example.com/v3"],
      /with --username <name>/,
    ],
    ["a URL that sends the secret in the clear", url("http://example.com/v3"), /An https URL, or http on this machine/],
    ["a URL with a secret in it", url("https://me:secret@example.com/v3"), /An https URL/],
    ["a URL of another kind", url("ftp://127.0.0.1/v3"), /An https URL/],
    ["a URL with a query", url("https://example.com/v3?a=b"), /An https URL/],
    ["no URL", url("example.com"), /An https URL/],
    ["a secret", ["target-groups", "list", ...local, "--secret", "s"], /unknown option '--secret'/],
    ["no file", ["enroll", "--group", "1", "--target", "1", ...local], /missing required argument 'file'/],
    ["no group", ["enroll", "x.csv", "--target", "1", ...local], /'--group <id>' not specified/],
    ["no target", ["unenroll", "x.csv", "--group", "1", ...local], /'--target <id>' not specified/],
    ["a group that is no id", ["enroll", "x.csv", "--group", "0", "--target", "1", ...local], /An id is an integer/],
    ["a concurrency of 0", [...enroll, ...local, "--concurrency", "0"], /A whole number from 1 to 256/],
    ["a concurrency of 257", [...enroll, ...local, "--concurrency", "257"], /A whole number from 1 to 256/],
    ["21 attempts", [...enroll, ...local, "--attempts", "21"], /A whole number from 1 to 20/],
    ["a delimiter of two characters", [...enroll, ...local, "--delimiter", ",,"], /One of , ; \| and tab/],
  ])("with %s is refused with status 2, printing nothing on standard output", async (_, args, expected) => {
    const { status, stdout, stderr } = await admin(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(expected);
  });

  it("with --local calls the service of npm start as its demo operator, and says with status 3 that it is not there", async () => {
    const { status, stderr } = await admin("target-groups", "list", ...local);
    expect(status).toBe(3);
    expect(stderr).toMatch(/^GET http:\/\/127\.0\.0\.1:1\/v3\/targetGroups\S* has no answer: /);
  });
});
