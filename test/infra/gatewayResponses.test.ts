import { ResponseType } from "aws-cdk-lib/aws-apigateway";
import { describe, expect, test } from "vitest";
import {
  type GatewayResponseType,
  gatewayResponses,
  renderGatewayResponse,
} from "../../shared/http/gatewayResponses.ts";
import { at, resourcesOfType, synthesize } from "./support/synthesize.ts";

const stack = synthesize();
const installed = resourcesOfType(stack, "AWS::ApiGateway::GatewayResponse").map(([, { Properties }]) => ({
  type: String(Properties.ResponseType),
  status: Properties.StatusCode,
  headers: Object.entries(Properties.ResponseParameters ?? {}),
  templates: Object.entries(Properties.ResponseTemplates ?? {}),
}));

test("every answer API Gateway can make by itself is replaced", () => {
  const known = Object.values(ResponseType).filter((value) => value instanceof ResponseType);
  const knownTypes = known.map(({ responseType }) => responseType);
  expect(knownTypes.length).toBeGreaterThan(20);
  expect(installed.map(({ type }) => type).toSorted()).toEqual(knownTypes.toSorted());
});

describe.each(installed)("$type", ({ type, status, headers, templates }) => {
  const rendered = renderGatewayResponse(gatewayType(type));

  test("has the status and the body the local gateway answers with, as JSON only", () => {
    expect(status).toBe(rendered.status.toString());
    expect(templates).toEqual([["application/json", rendered.body]]);
  });

  test("has an envelope for a body, without anything API Gateway would replace", () => {
    const [[, body] = []] = templates;
    const envelope: unknown = JSON.parse(String(body));
    expect(envelope).toEqual({
      data: null,
      errors: [{ code: expect.any(Number), message: expect.any(String) }],
      warnings: null,
    });
    expect(body).not.toContain("$");
  });

  test("has the local gateway's headers as literals; the template sets the content type", () => {
    const sent = headers.map(([name, value]) => [name.replace("gatewayresponse.header.", ""), literal(value)]);
    expect({ ...Object.fromEntries(sent), "Content-Type": templates[0]?.[0] }).toEqual(rendered.headers);
  });
});

test("every answer that asks to try later has Retry-After", () => {
  const later = installed.filter(({ status }) => status === "429" || status === "503");
  expect(later.map(({ type }) => type).toSorted()).toEqual([
    "AUTHORIZER_FAILURE",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
    "QUOTA_EXCEEDED",
    "THROTTLED",
  ]);
  for (const { type, headers } of later) {
    expect(Object.fromEntries(headers), type).toHaveProperty(["gatewayresponse.header.Retry-After"]);
  }
});

test("a change of an answer makes a new deployment, so that it reaches the stage", () => {
  const [[, deployment] = []] = resourcesOfType(stack, "AWS::ApiGateway::Deployment");
  const responseIds = resourcesOfType(stack, "AWS::ApiGateway::GatewayResponse").map(([id]) => id);
  const dependencies = at(deployment, "DependsOn");
  expect(dependencies).toEqual(expect.arrayContaining(responseIds));
});

function gatewayType(type: string): GatewayResponseType {
  const known = Object.keys(gatewayResponses).find((key): key is GatewayResponseType => key === type);
  if (known === undefined) throw new Error(`${type} is not in the catalogue`);
  return known;
}

function literal(value: unknown): string {
  const [, text] = /^'([^']*)'$/.exec(String(value)) ?? [];
  if (text === undefined) throw new Error(`${String(value)} is not in single quotes`);
  return text;
}
