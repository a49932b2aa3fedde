import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { admin, startAdmin } from "../support/adminCommand.ts";
import { QueueServer } from "../support/queueServer.ts";

/** The environment of an operator's shell. */
const environment = { AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "fake", AWS_SECRET_ACCESS_KEY: "fake" };
const org = "100";
const customerId = "345651201";
const secretText = "Ada bought a ring";

let queue: QueueServer;
beforeEach(async () => {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  queue = await QueueServer.start();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await queue.close();
});

function commandLine(...more: readonly string[]): string[] {
  return ["dead-letters", "erase", customerId, "--org", org, "--queue-url", queue.url, ...more];
}

async function erase(...more: readonly string[]) {
  const { status, stdout, stderr } = await admin(...commandLine("--json", ...more));
  expect(stdout + stderr).not.toContain(secretText);
  return { status, stderr, ...Object(JSON.parse(stdout)) };
}

const activity = (fields: object) => ({
  activityId: "a-1",
  type: "TRANSACTION",
  attributes: { secretText },
  ...fields,
});
const theirs = { body: activity({ customerId: 345651201 }), org };
const byExternalId = { body: activity({ identifierName: "externalId", identifierValue: "card 77" }), org };
const others = { body: activity({ customerId: 7 }), org };

/** Sends this many messages, of which every seventh is the customer's, and answers the ids of the others. */
function sendAmongOthers(count: number): string[] {
  const ids = queue.send(...Array.from({ length: count }, (_, index) => (index % 7 === 3 ? theirs : others)));
  return ids.filter((_, index) => index % 7 !== 3);
}

it("deletes what names the customer by the id or a given external id, of this brand only, and leaves all others to be received again", async () => {
  const kept = sendAmongOthers(35);
  queue.send(byExternalId, { ...byExternalId, body: activity({ identifierName: "id", identifierValue: customerId }) });
  kept.push(...queue.send({ ...theirs, org: "200" }, { ...byExternalId, org: "200" }));
  const result = await erase("--external-id", "card 77", "--external-id", "earlier");
  expect(result).toEqual({ status: 0, stderr: "", read: 39, found: 7, deleted: 7, unclear: [] });
  expect(queue.visible).toEqual(kept);
  // An hour is longer than any reading, and only with a wait does SQS ask all of its servers.
  expect(queue.asked).toEqual({ hiddenSeconds: 3600, waitSeconds: 1 });
});

it("leaves what names the customer by an external id that was not given", async () => {
  queue.send(byExternalId);
  expect(await erase()).toMatchObject({ status: 0, read: 1, found: 0, deleted: 0 });
  expect(queue.visible).toHaveLength(1);
});

it("with --dry-run deletes nothing and says how many it would, and a repeat deletes nothing further", async () => {
  const kept = sendAmongOthers(28);
  expect(await erase("--dry-run")).toEqual({ status: 0, stderr: "", read: 28, found: 4, deleted: 0, unclear: [] });
  expect(queue.visible).toHaveLength(28);
  expect(queue.calls).not.toContain("DeleteMessageBatch");
  expect(await erase()).toMatchObject({ status: 0, read: 28, deleted: 4 });
  expect(await erase()).toMatchObject({ status: 0, read: 24, found: 0, deleted: 0 });
  expect(queue.visible).toEqual(kept);
});

it("says in a sentence what it has done", async () => {
  queue.send(theirs, others);
  const dry = await admin(...commandLine("--dry-run"));
  expect(dry.stdout).toBe(`Dead letters read: 2. To delete, because they name customer ${customerId}: 1.\n`);
  const done = await admin(...commandLine());
  expect(done.stdout).toBe(`Dead letters read: 2. Deleted, because they name customer ${customerId}: 1.\n`);
});

it("leaves what does not say clearly whom it is about, names it by the id of the message, and ends with status 1", async () => {
  const [broken = "", list = ""] = queue.send(
    { body: `{"customerId": 345651201, "note": "${secretText}`, org },
    { body: [theirs.body, others.body], org },
    theirs,
  );
  const { status, stderr, unclear, deleted } = await erase();
  expect({ status, unclear, deleted }).toEqual({ status: 1, unclear: [broken, list], deleted: 1 });
  expect(stderr).toBe(
    `It is not clear whom these messages name. They were left, so look at them yourself:\n${broken}\n${list}\n`,
  );
  expect(queue.visible).toEqual([broken, list]);
});

const queueOf = (name: string) => `https://sqs.eu-west-1.amazonaws.com/123456789012/${name}`;
const arnOf = (name: string) => `arn:aws:sqs:eu-west-1:123456789012:${name}`;
const orgQueueUrls = JSON.stringify({ 100: queueOf("Queue100"), 200: queueOf("Queue200") });

it("takes a message for the brand's whose own queue it came by, and leaves one that names another brand than its queue's", async () => {
  queue.sources = ["Queue", "Queue100", "Queue200"].map(queueOf);
  const { body } = theirs;
  const [ofOther = "", contradicting = ""] = queue.send(
    { body, source: arnOf("Queue200") },
    { body, source: arnOf("Queue200"), org: "100" },
    { body, source: arnOf("Queue100") },
    { body, source: arnOf("Queue"), org: "100" },
  );
  const result = await erase("--org-queue-urls", orgQueueUrls);
  expect(result).toMatchObject({ status: 1, read: 4, deleted: 2, unclear: [contradicting] });
  expect(queue.visible).toEqual([ofOther, contradicting]);
});

it.each([
  ["is not given, though brands have queues of their own", []],
  ["lacks a brand's queue", ["--org-queue-urls", JSON.stringify({ 100: queueOf("Queue100") })]],
  ["is another stack's", ["--org-queue-urls", JSON.stringify({ 100: queueOf("Queue100"), 200: queueOf("Other200") })]],
])("refuses with status 2 when --org-queue-urls %s, and receives nothing", async (_, more) => {
  queue.sources = ["Queue", "Queue100", "Queue200"].map(queueOf);
  queue.send(theirs);
  const { status, stdout, stderr } = await admin(...commandLine(...more));
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(
    /^The brands with a queue of their own are not those of --org-queue-urls\. Take the stack's output/,
  );
  expect(queue.calls).not.toContain("ReceiveMessage");
});

it("reads on after answers without a message, and counts a message once that is delivered twice, also one that was deleted before", async () => {
  const kept = sendAmongOthers(21);
  queue.quirks = ["nothing", "nothing"];
  expect(await erase("--dry-run")).toMatchObject({ read: 21, found: 3 });
  queue.send(theirs);
  queue.quirks = ["nothing"];
  queue.beforeAnswer = (receiving) => {
    if (receiving % 3 === 0) queue.quirks = ["again"];
    return Promise.resolve();
  };
  expect(await erase()).toMatchObject({ status: 0, read: 22, found: 4, deleted: 4 });
  expect(queue.visible).toEqual(kept);
});

it("says how many could not be deleted and ends with status 1, and a repeat deletes them", async () => {
  queue.send(theirs, theirs, theirs);
  queue.failingDeletions = 2;
  const { status, stderr, found, deleted } = await erase();
  expect({ status, found, deleted }).toEqual({ status: 1, found: 3, deleted: 1 });
  expect(stderr).toBe("Dead letters that could not be deleted: 2. Run the same command again.\n");
  expect(await erase()).toMatchObject({ status: 0, read: 2, deleted: 2 });
  expect(queue.length).toBe(0);
});

it("a deleted message that SQS delivers again and then fails to delete is no deleted one: the command ends with status 1 and gives it back", async () => {
  const [message] = queue.send(theirs);
  queue.beforeAnswer = (receiving) => {
    if (receiving === 1) queue.quirks = ["again"];
    if (receiving === 2) queue.failingDeletions = 1;
    return Promise.resolve();
  };
  expect(await erase()).toMatchObject({ status: 1, read: 1, found: 1, deleted: 0 });
  expect(queue.visible).toEqual([message]);
});

it("says how many nobody can read for up to an hour, because SQS did not take them back, and ends with status 1", async () => {
  queue.send(others, others, others);
  queue.failingReturns = 2;
  const { status, stderr } = await erase();
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: "Dead letters that nobody can read for up to an hour: 2.\n",
  });
  expect(queue.visible).toHaveLength(1);
});

it("ends with status 1 when messages are hidden by somebody else, because they may name the customer", async () => {
  const [hidden = ""] = queue.send(theirs, others);
  queue.hide(hidden);
  const { status, stderr, deleted } = await erase();
  expect({ status, deleted }).toEqual({ status: 1, deleted: 0 });
  expect(stderr).toMatch(/^Dead letters that could not be read, because somebody else is reading them: about 1\./);
});

it("gives back what it has read when SQS fails", async () => {
  sendAmongOthers(25);
  queue.beforeAnswer = (receiving) => (receiving === 3 ? Promise.reject(new Error("no answer")) : Promise.resolve());
  const { status } = await admin(...commandLine());
  expect(status).toBe(1);
  // The last answer was lost, and with it the receipts of what it held.
  expect(queue.visible).toHaveLength(20 - 3);
});

it("after Ctrl-C reads no further, gives back what it has read, that of the answer under way included, and ends with status 130", async () => {
  const kept = sendAmongOthers(35);
  const [held, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  queue.beforeAnswer = async (receiving) => {
    if (receiving !== 2) return;
    held.resolve();
    await released.promise;
  };
  const running = startAdmin({ ...environment }, ...commandLine("--json"));
  await held.promise;
  running.signal("SIGINT");
  await running.says(/Stopping\. The dead letters that were read are given back\./);
  released.resolve();
  const { status, stdout, stderr } = await running.ended;
  expect({ status, ...Object(JSON.parse(stdout)) }).toEqual({
    status: 130,
    read: 20,
    found: 3,
    deleted: 3,
    unclear: [],
  });
  expect(stderr).toContain("Stopped. Run the same command again to go through all dead letters.");
  expect(queue.visible).toHaveLength(32);
  expect(queue.visible).toEqual(expect.arrayContaining(kept));
  expect(await erase()).toMatchObject({ status: 0, read: 32, deleted: 2 });
});

it.each([
  ["hands on what fails", { redrivePolicy: "{}" }],
  ["gets nothing from another queue, as a working queue that hands on nothing", { sources: [] }],
])("refuses with status 2 a queue that %s, and receives nothing", async (_, properties) => {
  queue.send(theirs);
  Object.assign(queue, properties);
  const { status, stdout, stderr } = await admin(...commandLine());
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toBe("This is not a dead-letter queue. Take the stack's output ActivityDeadLettersUrl.\n");
  expect(queue.calls).not.toContain("ReceiveMessage");
  expect(queue.visible).toHaveLength(1);
});

it("says without a region how to name one, and ends with status 2", async () => {
  vi.stubEnv("AWS_REGION", undefined);
  vi.stubEnv("AWS_CONFIG_FILE", "/dev/null");
  onTestFinished(() => void vi.unstubAllEnvs());
  const { status, stderr } = await admin(...commandLine());
  expect([status, stderr.includes("export AWS_REGION=")]).toEqual([2, true]);
  expect(queue.calls).toEqual([]);
});

it.each([
  ["no brand", ["erase", "1", "--queue-url", "https://example.com/q"], /'--org <org>' not specified/],
  ["no queue", ["erase", "1", "--org", "100"], /'--queue-url <url>' not specified/],
  ["a queue in the clear", ["erase", "1", "--org", "100", "--queue-url", "http://example.com/q"], /The https URL of a/],
  [
    "queues of brands that are no JSON",
    ["erase", "1", "--org", "100", "--queue-url", "https://example.com/q", "--org-queue-urls", "https://example.com/r"],
    /The stack's output OrgQueueUrls/,
  ],
  ["an id that is none", ["erase", "x", "--org", "100", "--queue-url", "https://example.com/q"], /An id is an integer/],
  ["a blank external id", ["erase", "1", "--org", "100", "--external-id", " "], /An external id has 1 to 200/],
])("refuses %s with status 2 before it asks anything", async (_, args, message) => {
  const { status, stdout, stderr } = await admin("dead-letters", ...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(message);
});
