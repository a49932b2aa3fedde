import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { documentPath, renderDocument, renderTypes, typesPath } from "../../scripts/generateOpenapi.ts";
import { compileValidators, validatorsPath } from "../../scripts/generateValidators.ts";
import { errorCatalogue } from "../../shared/http/errors.ts";
import { parseActivityRequest } from "../../shared/http/requests/activityRequest.ts";
import { schemaFaults, singleRecord } from "../../shared/http/requests/validation.ts";
import * as validators from "../../shared/http/requests/validators.generated.js";
import { routeNames, routes } from "../../shared/http/routes.ts";
import { documentedOperations, faultsBySchema, openapi, responseOf } from "../support/openapi.ts";
import { fieldsIn, isDescribed, isUnlimited } from "../support/openapiFields.ts";

describe("what is generated and committed is what its generator writes today", () => {
  it("docs/openapi.json: npm run openapi", () => {
    expect(readFileSync(documentPath, "utf8")).toBe(renderDocument());
  });

  it("client/schema.generated.ts: npm run openapi", async () => {
    expect(readFileSync(typesPath, "utf8")).toBe(await renderTypes());
  });

  it("shared/http/requests/validators.generated.js: npm run generate", async () => {
    expect(readFileSync(validatorsPath, "utf8")).toBe(await compileValidators());
  });
});

/** Every example body of every response. */
const answers = documentedOperations.flatMap((documented) =>
  Object.keys(documented.operation.responses).flatMap((status) => {
    const found = responseOf(documented, status);
    const { schema, examples } = found?.response.content["application/json"] ?? {};
    const pointer = [...(found?.pointer ?? []), "content", "application/json", "schema"];
    const about = `${documented.operation.operationId} ${status}`;
    return Object.entries(examples ?? {}).map(([name, { value }]) => ({ about, status, name, value, schema, pointer }));
  }),
);

const requests = documentedOperations.flatMap(({ method, path, operation }) =>
  Object.entries(operation.requestBody?.content ?? {}).flatMap(([type, { examples }]) =>
    Object.entries(examples ?? {}).map(([name, { value }]) => ({
      about: operation.operationId,
      name,
      value,
      pointer: ["paths", path, method.toLowerCase(), "requestBody", "content", type, "schema"],
    })),
  ),
);

function codesIn(value: unknown): number[] {
  return [...JSON.stringify(value).matchAll(/"code":(\d+)/g)].map(([, code]) => Number(code));
}

/** The codes that a schema allows. */
function codesAllowed(schema: unknown): unknown[] {
  return fieldsIn(schema)
    .filter(({ path }) => path.endsWith("errors.items.properties.code"))
    .flatMap(({ field }) => field["enum"]);
}

describe("docs/openapi.json", () => {
  it("has the methods and paths of the route table and no others, each under its route's name", () => {
    const documented = documentedOperations.map(
      ({ method, path, operation: { operationId } }) => `${operationId}: ${method} ${path}`,
    );
    const table = routeNames.map((name) => `${name}: ${routes[name].method} ${routes[name].path}`);
    expect(documented.toSorted()).toEqual(table.toSorted());
  });

  it("shows every code of the catalogue at its status, and no other", () => {
    const shown = new Set(
      answers
        .filter(({ status }) => status >= "4")
        .flatMap(({ status, value }) => codesIn(value).map((code) => `${code} at ${status}`)),
    );
    const invalidInput = [400, 409, 412, 413, 415, 422].map((status) => `300004 at ${status}`);
    const catalogue = Object.entries(errorCatalogue).map(([code, { status }]) => `${code} at ${status}`);
    expect([...shown].toSorted()).toEqual([...new Set([...catalogue, ...invalidInput])].toSorted());
  });

  it("shows a body for each code that a response allows", () => {
    const responses = Map.groupBy(answers, ({ about }) => about);
    for (const [about, examples] of responses) {
      if (/^\w+ 2/.test(about) || isOAuth(about)) continue;
      const allowed = new Set(examples.flatMap(({ schema }) => codesAllowed(schema)));
      const shown = new Set(examples.flatMap(({ value }) => codesIn(value)));
      expect({ about, codes: shown }).toEqual({ about, codes: allowed });
    }
  });

  it("takes Basic and OAuth 2.0 client credentials, and has no route that exists only locally", () => {
    expect(Object.values(openapi.components.securitySchemes)).toMatchObject([
      { type: "http", scheme: "basic" },
      { type: "oauth2", flows: { clientCredentials: { tokenUrl: "/v3/oauth/token" } } },
    ]);
    expect(JSON.stringify(openapi)).not.toMatch(/local/i);
  });

  it("has a description and an example for every field", () => {
    const fields = fieldsIn(openapi);
    expect(fields.length).toBeGreaterThan(100);
    expect(fields.filter((field) => !isDescribed(field)).map(({ path }) => path)).toEqual([]);
  });

  it("has a limit for every number and text of a request", () => {
    const names = [
      "Activity",
      "AdjustmentRecord",
      "EnrollmentRecord",
      "ExcuseRecord",
      "FreezesRecord",
      "CustomerProfile",
      "TargetGroupDefinition",
      "TargetDefinition",
    ];
    const fields = names.flatMap((name) => fieldsIn(openapi.components.schemas[name]));
    const unlimited = fields.filter(isUnlimited).map(({ path }) => path);
    // The field has no limit, because it is only compared with the names of the cycles.
    expect(unlimited).toEqual(["properties.periodName", "properties.periodName", "properties.periodName"]);
  });
});

function isOAuth(about: string): boolean {
  return about.startsWith("issueToken") || about.startsWith("revokeToken");
}

describe("the examples", () => {
  it.each(answers)("of the answer $about, $name, are as their schema says", ({ value, pointer }) => {
    expect(faultsBySchema(pointer, value)).toEqual([]);
  });

  it.each(requests)("of the request $about, $name, are as their schema says", ({ value, pointer }) => {
    expect(faultsBySchema(pointer, value)).toEqual([]);
  });

  const endOf2030 = Date.UTC(2031, 0, 1);
  const judges: Readonly<Record<string, (value: unknown) => readonly string[]>> = {
    enroll: (value) => schemaFaults(validators.enrollMilestone, recordOf(value)),
    unenroll: (value) => schemaFaults(validators.unenroll, recordOf(value)),
    adjust: (value) => schemaFaults(validators.adjust, recordOf(value)),
    excuse: (value) => schemaFaults(validators.excuse, recordOf(value)),
    unexcuse: (value) => schemaFaults(validators.excuse, recordOf(value)),
    grantFreezes: (value) => schemaFaults(validators.grantFreezes, recordOf(value)),
    recordActivities: (value) =>
      [value].flat().flatMap((one) => (parseActivityRequest(one, endOf2030) ? [] : ["refused"])),
    simulateEnrollment: (value) => schemaFaults(validators.enrollMilestone, recordOf(value)),
    simulateUnenrollment: (value) => schemaFaults(validators.unenroll, recordOf(value)),
    simulateActivities: (value) =>
      [value].flat().flatMap((one) => (parseActivityRequest(one, endOf2030) ? [] : ["refused"])),
    createTargetGroup: (value) => schemaFaults(validators.createTargetGroup, value),
    editTargetGroup: (value) => schemaFaults(validators.editTargetGroup, value),
    editTargetPeriods: (value) => schemaFaults(validators.editTargetPeriods, value),
    appendTargetPeriods: (value) => schemaFaults(validators.appendTargetPeriods, value),
    addTarget: (value) => schemaFaults(validators.addTarget, value),
    editTarget: (value) => schemaFaults(validators.editTarget, value),
    registerCustomer: (value) => schemaFaults(validators.registerCustomer, value),
    putCustomer: (value) => schemaFaults(validators.putCustomer, value),
    generateToken: (value) => schemaFaults(validators.generateToken, value),
  };

  it.each(requests.filter(({ about }) => !isOAuth(about)))(
    "of the request $about, $name, pass the validators",
    ({ about, value }) => {
      expect(judges[about]?.(value)).toEqual([]);
    },
  );
});

function recordOf(body: unknown): unknown {
  const unwrapped = singleRecord(body);
  return "valid" in unwrapped ? unwrapped.valid : undefined;
}
