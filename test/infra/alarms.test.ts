import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { errorCatalogue } from "../../shared/http/errors.ts";
import { type CountedMetric, failureSources, metrics, retryCauses } from "../../shared/observability/metricNames.ts";
import { datapoints, type Series } from "./support/alarmMath.ts";
import { at, onlyResource, resourcesOfType, synthesize } from "./support/synthesize.ts";

const stack = synthesize();
const [topicId, topic] = onlyResource(stack, "AWS::SNS::Topic");
const alarms = resourcesOfType(stack, "AWS::CloudWatch::Alarm").map(([id, { Properties }]) => ({
  name: id.replace(/^Alarms(\w+)[0-9A-F]{8}$/, "$1"),
  properties: Properties,
}));

/** Metrics that count calls. Failures are compared with them. */
const hasNoFailures = ["Count", "Invocations"];

/** The text below each heading of the runbook, up to the next. */
const runbook = new Map(
  readFileSync("docs/alarms.md", "utf8")
    .split(/^#+ /m)
    .map((section) => {
      const [heading = "", ...lines] = section.split("\n");
      return [heading.trim(), lines.join("\n").trim()];
    }),
);

describe.each(alarms)("the alarm $name", ({ name, properties }) => {
  const description = String(properties.AlarmDescription);

  test("says what is noticed, what to do first and where to read on", () => {
    const sentences = description.split(/(?<=\.) /);
    expect(sentences).toHaveLength(3);
    expect(sentences[2]).toBe(`See docs/alarms.md#${name.toLowerCase()}`);
    expect(description.length).toBeLessThanOrEqual(1024);
  });

  test("has its heading in docs/alarms.md, with what it means, what is noticed and what to do", () => {
    const section = runbook.get(name);
    expect(section).toMatch(/^\*\*Means:\*\* /m);
    expect(section).toMatch(/^\*\*Noticed:\*\* /m);
    expect(section).toMatch(/^\*\*Do:\*\* /m);
  });

  test("notifies the stack's topic", () => {
    expect(properties.AlarmActions).toEqual([{ Ref: topicId }]);
    expect(properties.ActionsEnabled ?? true).toBe(true);
  });

  test("is not on where there are no calls", () => {
    expect(properties).toMatchObject({
      ComparisonOperator: "GreaterThanThreshold",
      TreatMissingData: "notBreaching",
    });
  });
});

test("the alarms are these", () => {
  expect(alarms.map(({ name }) => name).toSorted()).toEqual([
    "ActivityDeadLetters",
    "ActivityQueueAge",
    "ApiFailureRate",
    "ApiFailures",
    "ApiLatency",
    "ApiServerErrors",
    "ClosingErrors",
    "ClosingFailures",
    "ClosingMissedStarts",
    "EnrollLatency",
    "ErasingErrors",
    "FunctionThrottles",
    "JudgingErrors",
    "LateStarts",
    "ProjectorAge",
    "ProjectorDeadLetters",
    "ProjectorErrors",
    "ProjectorIdle",
    "QueueErrors",
    "RefusedCredentials",
    "RemindingErrors",
    "StatisticsErrors",
    "TableSystemErrors",
    "TableThrottles",
  ]);
});

test("docs/deploy.md says how many alarms there are", () => {
  expect(readFileSync("docs/deploy.md", "utf8")).toContain(`| ${alarms.length} alarms and their topic |`);
});

/** DynamoDB can go for years without an error, so a metric that was never published is the normal case. */
test("no alarm is dead because a metric that it adds up was never published", () => {
  const computed = alarms.filter(({ properties }) => Array.isArray(properties.Metrics));
  expect(computed.length).toBeGreaterThan(0);
  for (const { name, properties } of computed) {
    const failing = metricsOf(properties).filter((metric) => !hasNoFailures.includes(String(at(metric, "MetricName"))));
    for (const only of failing) {
      const seriesOf = (metric: unknown): Series => [metric === only ? 7 : undefined];
      for (const reading of ["are filled", "stay empty"] as const) {
        expect(datapoints(properties, seriesOf, reading), `${name}: ${JSON.stringify(only)}`).toEqual([7]);
      }
    }
  }
});

test("no alarm adds up more metrics than CloudWatch takes", () => {
  for (const { properties } of alarms) {
    const computed = Array.isArray(properties.Metrics) ? properties.Metrics : [];
    expect(computed.filter((metric) => at(metric, "MetricStat") !== undefined).length).toBeLessThanOrEqual(10);
  }
});

describe("the topic", () => {
  const [keyId, key] = onlyResource(stack, "AWS::KMS::Key");

  test("is encrypted with a key of the stack's own, which is rotated and which CloudWatch may use", () => {
    expect(topic.Properties.KmsMasterKeyId).toEqual({ "Fn::GetAtt": [keyId, "Arn"] });
    expect(key.Properties).toMatchObject({ EnableKeyRotation: true });
    expect(at(key.Properties, "KeyPolicy", "Statement")).toContainEqual({
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Resource: "*",
    });
  });

  test("accepts messages of this account's alarms only, and only over TLS", () => {
    const [, policy] = onlyResource(stack, "AWS::SNS::TopicPolicy");
    expect(at(policy.Properties, "PolicyDocument", "Statement")).toMatchObject([
      { Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } },
      {
        Effect: "Allow",
        Action: "sns:Publish",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
      },
    ]);
  });

  test("mails the address of the setting alarmEmail, and nobody without it", () => {
    expect(resourcesOfType(stack, "AWS::SNS::Subscription")).toEqual([]);
    const [, subscription] = onlyResource(synthesize({ alarmEmail: "ops@brand.example" }), "AWS::SNS::Subscription");
    expect(subscription.Properties).toMatchObject({ Protocol: "email", Endpoint: "ops@brand.example" });
  });
});

describe("what the functions publish", () => {
  const namespace = "Milestreak-staging";
  const staging = synthesize({ environment: "staging" });
  const [, dashboard] = onlyResource(staging, "AWS::CloudWatch::Dashboard");
  const drawn = drawnMetrics(dashboard.Properties.DashboardBody).filter(([from]) => from === namespace);
  const alarming = resourcesOfType(staging, "AWS::CloudWatch::Alarm")
    .flatMap(([, { Properties }]) => alarmMetrics(Properties))
    .filter(([from]) => from === namespace);

  /** Every series that a function can write, as `[namespace, metric, dimension, value]`. */
  const published = [
    ...seriesOf(metrics.enrollments, [undefined]),
    ...seriesOf(metrics.unenrollments, [undefined]),
    ...seriesOf(metrics.activitiesCounted, [undefined]),
    ...seriesOf(metrics.adjustments, [undefined]),
    ...seriesOf(metrics.refusals, Object.keys(errorCatalogue)),
    ...seriesOf(metrics.failures, failureSources),
    ...seriesOf(metrics.retries, retryCauses),
    ...seriesOf(metrics.gatewayFailures, [undefined]),
    ...seriesOf(metrics.lateStarts, [undefined]),
    ...seriesOf(metrics.remindersSkipped, [undefined]),
  ];

  function seriesOf({ name, dimension }: CountedMetric, values: readonly (string | undefined)[]) {
    return values.map((value) => [namespace, name, ...(dimension === undefined ? [] : [dimension, value])]);
  }

  test("is all that the dashboard and the alarms ask for, letter by letter", () => {
    expect(alarming.length).toBeGreaterThan(0);
    for (const series of [...drawn, ...alarming]) expect(published).toContainEqual(series);
  });

  test("is all on the dashboard, but for refusals that API Gateway makes and failures listed as such", () => {
    const elsewhere = ["404", "429", "500", "4001"];
    const expected = published.filter(([, name, , value]) => name !== "Refusals" || !elsewhere.includes(String(value)));
    expect(drawn.toSorted()).toEqual(expected.toSorted());
  });
});

test("the dashboard shows every alarm first, and then the service in four rows", () => {
  const [, dashboard] = onlyResource(stack, "AWS::CloudWatch::Dashboard");
  const { widgets } = JSON.parse(textOf(dashboard.Properties.DashboardBody));
  const [status, ...graphs] = widgets;
  expect(status).toMatchObject({ type: "alarm", properties: { title: "Alarms" } });
  expect(status.properties.alarms).toHaveLength(alarms.length);
  expect(graphs.map((graph: unknown) => at(graph, "properties", "title"))).toEqual([
    "Calls",
    "What they did",
    "Refusals by code",
    "Latency in ms",
    "Failures",
    "Functions",
    "Units the table has charged",
    "Requests the table turned away",
    "Latency of the table in ms",
    "Age of what waits, in s",
    "Dead letters",
    "Closing of cycles",
  ]);
});

function metricsOf({ Metrics }: Readonly<Record<string, unknown>>): unknown[] {
  if (!Array.isArray(Metrics)) return [];
  return Metrics.map((metric) => at(metric, "MetricStat", "Metric")).filter((metric) => metric !== undefined);
}

function textOf(value: unknown): string {
  const parts: unknown = at(value, "Fn::Join", "1");
  if (!Array.isArray(parts)) throw new Error("A joined text is expected");
  return parts.map((part) => (typeof part === "string" ? part : "reference")).join("");
}

/** The series of all graphs, without the way each is drawn. Expressions are left out. */
function drawnMetrics(body: unknown): unknown[][] {
  const { widgets } = JSON.parse(textOf(body));
  const rows: unknown[] = widgets.flatMap((widget: unknown) => at(widget, "properties", "metrics") ?? []);
  return rows.filter((row) => Array.isArray(row)).map((row) => row.filter((part) => typeof part === "string"));
}

function alarmMetrics({ Namespace, MetricName, Dimensions, Metrics }: Readonly<Record<string, unknown>>): unknown[][] {
  const inner = Array.isArray(Metrics) ? Metrics.map((metric) => at(metric, "MetricStat", "Metric")) : [];
  return [{ Namespace, MetricName, Dimensions }, ...inner].flatMap((metric) => {
    const dimensions: unknown = at(metric, "Dimensions");
    const named = Array.isArray(dimensions) ? dimensions.flatMap((each) => [at(each, "Name"), at(each, "Value")]) : [];
    return at(metric, "Namespace") === undefined ? [] : [[at(metric, "Namespace"), at(metric, "MetricName"), ...named]];
  });
}
