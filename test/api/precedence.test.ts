import { describe, expect, it } from "vitest";
import { ApiClient, type ApiResponse } from "../support/apiClient.ts";
import { newCredential } from "../support/credential.ts";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { targetPath } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { newSetting, type Setting, unknownId } from "../support/setting.ts";
import { during, firstInstantOf, milestone } from "../support/targetGroups.ts";

const service = useService();

/**
 * One step of the order: an answer, and the change that makes a request deserve it. Everything else about the request
 * is in order.
 */
type Rung = {
  readonly code: number;
  readonly status: number;
  readonly message: RegExp;
  readonly deserve: (request: Draft) => Draft;
};

type Draft = {
  readonly caller: "till" | "support" | "reader" | "impostor";
  readonly groupId: number;
  readonly targetId: number;
  readonly record: Readonly<Record<string, unknown>>;
  /** The number of times the body holds the record. */
  readonly copies: number;
};

const notAuthenticated: Rung = {
  code: 401,
  status: 401,
  message: /^Not authenticated\. Send Authorization: Basic/,
  deserve: (draft) => ({ ...draft, caller: "impostor" }),
};
const notAllowed = (permission: "enroll" | "adjust"): Rung => ({
  code: 4000,
  status: 403,
  message: new RegExp(
    `^Not allowed\\. POST .* needs the permission "${permission}", which access group "read-only" does not have\\.$`,
  ),
  deserve: (draft) => ({ ...draft, caller: draft.caller === "impostor" ? "impostor" : "reader" }),
});
const groupNotFound: Rung = {
  code: 310017,
  status: 400,
  message: /^Target group not found or inactive\. Target group 987654321 does not exist( or is inactive)?; /,
  deserve: (draft) => ({ ...draft, groupId: unknownId }),
};
const targetNotFound: Rung = {
  code: 310018,
  status: 400,
  message: /^Target not found in that group, or inactive\. Target group \d+ has no( active)? target 987654321; /,
  deserve: (draft) => ({ ...draft, targetId: unknownId }),
};
const customerNotFound: Rung = {
  code: 310011,
  status: 400,
  message: /^Invalid userId\. Customer 987654321 is not registered; PUT \/v3\/customers\/987654321 registers one\.$/,
  deserve: (draft) => ({ ...draft, record: { ...draft.record, customerId: unknownId } }),
};

const enrollRungs: readonly Rung[] = [
  notAuthenticated,
  notAllowed("enroll"),
  {
    code: 300004,
    status: 400,
    message: /^Invalid input\. initialBalance must be >= 0; got -1\.$/,
    deserve: (draft) => ({ ...draft, record: { ...draft.record, initialBalance: -1 } }),
  },
  groupNotFound,
  targetNotFound,
  customerNotFound,
  {
    code: 310019,
    status: 400,
    message: /^Target period not found\. Cycle "c1" of target group \d+ ended at 2030-02-01T00:00:00\.000Z; /,
    deserve: (draft) => ({ ...draft, record: { ...draft.record, periodName: "c1" } }),
  },
];

const unenrollRungs: readonly Rung[] = [
  notAuthenticated,
  notAllowed("enroll"),
  {
    code: 300004,
    status: 400,
    message: /^Invalid input\. The body must hold exactly one record; got 2\.$/,
    deserve: (draft) => ({ ...draft, copies: 2 }),
  },
  groupNotFound,
  targetNotFound,
  customerNotFound,
];

const adjustRungs: readonly Rung[] = [
  notAuthenticated,
  notAllowed("adjust"),
  {
    code: 300004,
    status: 400,
    message: /^Invalid input\. amount must not be 0; an adjustment changes something\.$/,
    deserve: (draft) => ({ ...draft, record: { ...draft.record, amount: 0 } }),
  },
  groupNotFound,
  targetNotFound,
  customerNotFound,
  {
    code: 310019,
    status: 400,
    message: /^Target period not found\. Target group \d+ has no cycle named "c9"; /,
    deserve: (draft) => ({ ...draft, record: { ...draft.record, periodName: "c9" } }),
  },
];

const alreadyEnrolled =
  /^User already enrolled for the target\. Customer \d+ is enrolled in target \d+ of target group \d+/;
const notEnrolled =
  /^User is not enrolled to this target\. Customer \d+ is not enrolled in target \d+ of target group \d+;/;

function draftFor({ group, customerId }: Setting): Draft {
  return { caller: "till", groupId: group.groupId, targetId: group.targetId, record: { customerId }, copies: 1 };
}

function adjustmentFor(one: Setting): Draft {
  const record = { adjustmentId: "a-1", customerId: one.customerId, amount: 5, reason: "A test" };
  return { ...draftFor(one), caller: "support", record };
}

/** Sends the request in the second cycle. */
async function send(one: Setting, action: "enroll" | "unEnroll" | "adjust", draft: Draft): Promise<ApiResponse> {
  const records = Array.from({ length: draft.copies }, () => draft.record);
  const client = draft.caller === "impostor" ? await readerWithWrongSecret(one) : one.org[draft.caller];
  return client.post(`${targetPath(draft)}/${action}`, records, { now: during(2) });
}

/** A client that deserves both answers: the secret is wrong, and the access group would not be enough either. */
async function readerWithWrongSecret({ org }: Setting): Promise<ApiClient> {
  const credential = await newCredential(service.table, { org: org.org, accessGroup: "read-only" });
  return new ApiClient(service.baseUrl, { ...credential, secret: "wrong" });
}

const pairs = (rungs: readonly Rung[]) =>
  rungs.flatMap((rung, index) =>
    rungs.slice(index + 1).map((later) => ({ rung, later, code: rung.code, than: later.code })),
  );

describe("enroll refuses with one code alone when nothing else is wrong:", () => {
  it.each(enrollRungs)("$code", async ({ code, status, message, deserve }) => {
    const one = await newSetting(service);
    expectRefused(await send(one, "enroll", deserve(draftFor(one))), status, code, message);
  });

  it("310119", async () => {
    const one = await newSetting(service);
    expectAccepted(await send(one, "enroll", draftFor(one)), one.customerId);
    expectRefused(await send(one, "enroll", draftFor(one)), 400, 310119, alreadyEnrolled);
  });
});

describe("enroll answers", () => {
  it.each(pairs(enrollRungs))("$code rather than $than when a request deserves both", async ({ rung, later }) => {
    const one = await newSetting(service);
    const draft = rung.deserve(later.deserve(draftFor(one)));
    expectRefused(await send(one, "enroll", draft), rung.status, rung.code, rung.message);
  });

  it.each(enrollRungs.filter(({ code }) => code !== 310011))(
    "$code rather than 310119 for a customer who is enrolled",
    async ({ code, status, message, deserve }) => {
      const one = await newSetting(service);
      expectAccepted(await send(one, "enroll", draftFor(one)), one.customerId);
      expectRefused(await send(one, "enroll", deserve(draftFor(one))), status, code, message);
    },
  );

  it("the fixed order, as the faults of a request that has them all are put right one by one", async () => {
    const one = await newSetting(service);
    expectAccepted(await send(one, "enroll", draftFor(one)), one.customerId);
    for (const [index, { status, code, message }] of enrollRungs.entries()) {
      const draft = enrollRungs.slice(index).reduceRight((spoiled, rung) => rung.deserve(spoiled), draftFor(one));
      expectRefused(await send(one, "enroll", draft), status, code, message);
    }
    expectRefused(await send(one, "enroll", draftFor(one)), 400, 310119, alreadyEnrolled);
  });

  it("310019 rather than 310119 when every cycle has ended", async () => {
    const one = await newSetting(service);
    expectAccepted(await send(one, "enroll", draftFor(one)), one.customerId);
    const over = await one.org.enroll(one.group, { customerId: one.customerId }, { now: firstInstantOf(6) });
    expectRefused(over, 400, 310019, /^Target period not found\. Every cycle of target group \d+ has ended/);
  });
});

describe("unenroll refuses with one code alone when nothing else is wrong:", () => {
  it.each(unenrollRungs)("$code", async ({ code, status, message, deserve }) => {
    const one = await newSetting(service);
    expectAccepted(await send(one, "enroll", draftFor(one)), one.customerId);
    expectRefused(await send(one, "unEnroll", deserve(draftFor(one))), status, code, message);
  });

  it("310126", async () => {
    const one = await newSetting(service);
    expectRefused(await send(one, "unEnroll", draftFor(one)), 400, 310126, notEnrolled);
  });
});

describe("unenroll answers", () => {
  it.each(pairs(unenrollRungs))("$code rather than $than when a request deserves both", async ({ rung, later }) => {
    const one = await newSetting(service);
    const draft = rung.deserve(later.deserve(draftFor(one)));
    expectRefused(await send(one, "unEnroll", draft), rung.status, rung.code, rung.message);
  });

  it.each(unenrollRungs)("$code rather than 310126 for a customer who is not enrolled", async (rung) => {
    const one = await newSetting(service);
    expectRefused(await send(one, "unEnroll", rung.deserve(draftFor(one))), rung.status, rung.code, rung.message);
  });

  it("the fixed order, as the faults of a request that has them all are put right one by one", async () => {
    const one = await newSetting(service);
    for (const [index, { status, code, message }] of unenrollRungs.entries()) {
      const draft = unenrollRungs.slice(index).reduceRight((spoiled, rung) => rung.deserve(spoiled), draftFor(one));
      expectRefused(await send(one, "unEnroll", draft), status, code, message);
    }
    expectRefused(await send(one, "unEnroll", draftFor(one)), 400, 310126, notEnrolled);
  });
});

describe("adjust refuses with one code alone when nothing else is wrong:", () => {
  it.each(adjustRungs)("$code", async ({ code, status, message, deserve }) => {
    const one = await newSetting(service);
    expectAccepted(await send(one, "enroll", draftFor(one)), one.customerId);
    expectRefused(await send(one, "adjust", deserve(adjustmentFor(one))), status, code, message);
  });
});

describe("adjust answers", () => {
  it.each(pairs(adjustRungs))("$code rather than $than when a request deserves both", async ({ rung, later }) => {
    const one = await newSetting(service);
    const draft = rung.deserve(later.deserve(adjustmentFor(one)));
    expectRefused(await send(one, "adjust", draft), rung.status, rung.code, rung.message);
  });

  it("the fixed order, as the faults of a request that has them all are put right one by one, 310126 at last", async () => {
    const one = await newSetting(service);
    for (const [index, { status, code, message }] of adjustRungs.entries()) {
      const draft = adjustRungs.slice(index).reduceRight((spoiled, rung) => rung.deserve(spoiled), adjustmentFor(one));
      expectRefused(await send(one, "adjust", draft), status, code, message);
    }
    expectRefused(await send(one, "adjust", adjustmentFor(one)), 400, 310126, notEnrolled);
  });
});

const spoiled = (draft: Draft): Draft => ({ ...draft, record: { customerId: "abc" } });

describe.each(["enroll", "unEnroll"] as const)("%s, for a customerId that is no id,", (action) => {
  it("answers 310011 alone, and after 310017 and 310018", async () => {
    const one = await newSetting(service);
    const notAnId = /^Invalid userId\. customerId must be an integer from 1 to 9007199254740991.*; got "abc"\.$/;
    expectRefused(await send(one, action, spoiled(draftFor(one))), 400, 310011, notAnId);
    const noTarget = spoiled(targetNotFound.deserve(draftFor(one)));
    expectRefused(await send(one, action, noTarget), 400, 310018, targetNotFound.message);
    const noGroup = spoiled(groupNotFound.deserve(draftFor(one)));
    expectRefused(await send(one, action, noGroup), 400, 310017, groupNotFound.message);
  });
});

it("enroll answers 310017 rather than 310018 when both the group and its target are inactive", async () => {
  const [target] = milestone().targets;
  const one = await newSetting(service, milestone({ active: false, targets: [{ ...target, active: false }] }));
  const response = await send(one, "enroll", draftFor(one));
  expectRefused(
    response,
    400,
    310017,
    /^Target group not found or inactive\. Target group \d+ does not exist or is inactive; /,
  );
  expect(response.headers.get("content-type")).toBe("application/json");
});
