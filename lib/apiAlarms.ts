import type { Alarm } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { metrics } from "../shared/observability/metricNames.ts";
import type { Alarms } from "./alarms.ts";
import { apiMetric, failuresAmong, minute, ownMetric, sumOf, tableMetric, tableSystemErrors } from "./stackMetrics.ts";

type ApiAlarmsProps = {
  readonly alarms: Alarms;
  readonly stackName: string;
  readonly tableName: string;
  readonly enroll: IFunction;
  /**
   * The functions that are called most, or many times at once. Lambda's limit shows there first. There are at most 10,
   * because CloudWatch adds up no more.
   */
  readonly busyFunctions: readonly IFunction[];
};

/**
 * Adds the alarms on calls that somebody waits for. The returned ones decide about new versions of all functions of the
 * API.
 *
 * Alarms are judged every minute, so that they go off within the five minutes of a canary.
 */
export function addApiAlarms({ alarms, stackName, tableName, enroll, busyFunctions }: ApiAlarmsProps): Alarm[] {
  addTableAlarms(alarms, tableName);
  alarms.add("FunctionThrottles", {
    impact:
      "Lambda turns calls away because the account runs as many at once as it may; tills and apps get 4001 and have to try again.",
    firstStep: "See who uses the account's Lambda concurrency and ask AWS to raise it.",
    metric: sumOf(
      busyFunctions.map((each) => each.metricThrottles()),
      minute,
      "throttled calls",
    ),
    above: 0,
    breached: { periods: 2, of: 5 },
  });
  // It rolls back no version, because somebody who guesses credentials could then stop deployments.
  alarms.add("RefusedCredentials", {
    impact:
      "Somebody sends credentials that are not valid, many a minute: one of the brand's systems is locked out, or someone is guessing.",
    firstStep: "See in the access log which addresses get 401.",
    metric: ownMetric(stackName, metrics.refusals, "401").with({ period: minute }),
    above: 60,
    breached: { periods: 3, of: 3 },
  });
  addLatencyAlarms(alarms, stackName, enroll);
  return addAnswerAlarms(alarms, stackName);
}

/** They roll back no version, because callers can make calls slow by writing to one customer many times at once. */
function addLatencyAlarms(alarms: Alarms, stackName: string, enroll: IFunction): void {
  const breached = { periods: 3, of: 5 };
  alarms.add("ApiLatency", {
    impact: "One call in a hundred takes over two seconds: tills and apps seem to hang, and some give up.",
    firstStep: "See on the dashboard whether the functions, the authorizer or the table are slow.",
    metric: apiMetric(stackName, "Latency", { period: minute, statistic: "p99" }),
    above: 2000,
    breached,
  });
  alarms.add("EnrollLatency", {
    impact: "Tills wait over a second for an enrolment, and some give up and send it again.",
    firstStep: "See whether the table is slow or throttled.",
    metric: enroll.metricDuration({ period: minute, statistic: "p99" }),
    above: 1000,
    breached,
  });
}

function addAnswerAlarms(alarms: Alarms, stackName: string): Alarm[] {
  const breached = { periods: 2, of: 3 };
  const answered5xx = apiMetric(stackName, "5XXError", { period: minute, statistic: "Sum" });
  const failures = sumOf(
    [ownMetric(stackName, metrics.failures, "api"), ownMetric(stackName, metrics.gatewayFailures)],
    minute,
    "failures",
  );
  // It rolls back no version, because callers can cause 503s by writing to one customer many times at once.
  alarms.add("ApiServerErrors", {
    impact:
      "Tills and apps are answered with 500 or 503: customers cannot be enrolled, or their purchases have to be sent again.",
    firstStep: "If a deployment was made within the hour, roll it back.",
    metric: answered5xx,
    above: 4,
    breached,
  });
  return [
    alarms.add("ApiFailures", {
      impact:
        "Requests, or activities within an array that is answered 200, fail with 500 or 4001: what customers did is not counted until it is sent again.",
      firstStep: "Read the failed lines of the functions' logs.",
      metric: failures,
      above: 4,
      breached,
    }),
    alarms.add("ApiFailureRate", {
      impact:
        "More than one call in fifty fails: where few call, customers cannot be enrolled or have their purchases counted.",
      firstStep: "If a deployment was made within the hour, roll it back.",
      metric: failuresAmong(apiMetric(stackName, "Count", { period: minute, statistic: "Sum" }), failures),
      above: 0,
      breached: { periods: 2, of: 5 },
    }),
  ];
}

function addTableAlarms(alarms: Alarms, tableName: string): void {
  alarms.add("TableThrottles", {
    impact: "The table turns requests away: calls are slow, and those that fail three times get 4001.",
    firstStep: "See whether one target group or customer gets most of the calls, or the table's own limit is met.",
    metric: sumOf(
      [tableMetric(tableName, "ReadThrottleEvents"), tableMetric(tableName, "WriteThrottleEvents")],
      minute,
      "throttled requests",
    ),
    above: 0,
    breached: { periods: 3, of: 5 },
  });
  alarms.add("TableSystemErrors", {
    impact: "DynamoDB fails by itself: calls are slow, and those that fail three times get 4001.",
    firstStep: "Look at the AWS Health Dashboard; nothing is lost, and callers try again.",
    metric: tableSystemErrors(tableName, minute),
    above: 4,
    breached: { periods: 2, of: 5 },
  });
}
