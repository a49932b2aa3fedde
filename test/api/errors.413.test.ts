import { describe, expect, it } from "vitest";
import {
  takesBody as hasBody,
  type ProtectedRouteName,
  protectedRouteNames,
  routes,
} from "../../shared/http/routes.ts";
import { expectRefused } from "../support/envelopes.ts";
import { permittedRequest } from "../support/permittedRequest.ts";
import type { BodyRouteName } from "../support/routeContracts.ts";
import { useService } from "../support/service.ts";
import { once } from "../support/setting.ts";
import { during } from "../support/targetGroups.ts";
import { withoutWriting } from "../support/writes.ts";

const service = useService();
const brand = once(service.newOrg);

/** The limits, written out by hand because the table could change unnoticed. */
const maximumBytes: Record<BodyRouteName, number> = {
  enroll: 16_384,
  unenroll: 16_384,
  adjust: 16_384,
  excuse: 16_384,
  unexcuse: 16_384,
  grantFreezes: 16_384,
  putCustomer: 16_384,
  registerCustomer: 16_384,
  recordActivities: 262_144,
  simulateEnrollment: 16_384,
  simulateUnenrollment: 16_384,
  simulateActivities: 262_144,
  createTargetGroup: 262_144,
  editTargetGroup: 16_384,
  editTargetPeriods: 262_144,
  appendTargetPeriods: 262_144,
  addTarget: 262_144,
  editTarget: 262_144,
};
const withBody = protectedRouteNames.flatMap((name) =>
  takesBody(name) ? [{ name, maximum: maximumBytes[name] }] : [],
);
const now = during(1);

function takesBody(name: ProtectedRouteName): name is BodyRouteName {
  return Object.hasOwn(maximumBytes, name);
}

/** The text filled up with blanks to a size in bytes. Blanks may follow a JSON value, and they count. */
const padTo = (text: string, bytes: number) => `${text}${" ".repeat(bytes - Buffer.byteLength(text))}`;

const message = (maximum: number, size: number) =>
  new RegExp(`^Invalid input\\. The body must be at most ${maximum} bytes; got ${size}\\.$`);

it("covers every route that takes a body", () => {
  expect(withBody.map(({ name }) => name).toSorted()).toEqual(
    protectedRouteNames.filter((name) => hasBody(routes[name])).toSorted(),
  );
});

describe.each(withBody)("$name", ({ name, maximum }) => {
  it(`takes a body of ${maximum} bytes`, async () => {
    const org = await brand();
    const { method, path, body = "" } = await permittedRequest(name, org);
    const response = await org.admin.send(method, path, padTo(body, maximum), { now });
    expect(response.body.errors).toBeNull();
  });

  it(`refuses one of ${maximum + 1} bytes with 413 and writes nothing`, async () => {
    const org = await brand();
    const { method, path, body = "" } = await permittedRequest(name, org);
    const call = () => org.admin.send(method, path, padTo(body, maximum + 1), { now });
    expectRefused(await withoutWriting(service, call), 413, 300004, message(maximum, maximum + 1));
    expect((await org.admin.send(method, path, body, { now })).body.errors).toBeNull();
  });

  it("counts bytes, not characters", async () => {
    const org = await brand();
    const { method, path } = await permittedRequest(name, org);
    const text = JSON.stringify("é".repeat(maximum / 2));
    const call = () => org.admin.send(method, path, text, { now });
    expectRefused(await withoutWriting(service, call), 413, 300004, message(maximum, maximum + 2));
  });

  it("refuses a body that is too large before it looks at its type and form", async () => {
    const org = await brand();
    const { method, path } = await permittedRequest(name, org);
    const headers = { "Content-Type": "text/plain" };
    const call = () => org.admin.send(method, path, "[".repeat(maximum + 1), { now, headers });
    expectRefused(await withoutWriting(service, call), 413, 300004, message(maximum, maximum + 1));
  });
});

describe("the gateway's own limit of 10 MiB", () => {
  const gatewayLimit = 10 * 1024 * 1024;
  const tooLarge = /^Invalid input\. The body is larger than any request of this API may be\.$/;

  it("is refused with 413 by the gateway above it and by the function at it", async () => {
    const org = await brand();
    const { method, path } = await permittedRequest("enroll", org);
    const above = await withoutWriting(service, () => org.admin.send(method, path, " ".repeat(gatewayLimit + 1)));
    expectRefused(above, 413, 300004, tooLarge);
    const at = await withoutWriting(service, () => org.admin.send(method, path, " ".repeat(gatewayLimit)));
    expectRefused(at, 413, 300004, message(16_384, gatewayLimit));
  });
});
