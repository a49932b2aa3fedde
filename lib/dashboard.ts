import {
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
} from "aws-cdk-lib/aws-cloudwatch";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { errorCatalogue } from "../shared/http/errors.ts";
import { failureSources, metrics, retryCauses } from "../shared/observability/metricNames.ts";
import type { Alarms } from "./alarms.ts";
import type { FunctionName } from "./functionNames.ts";
import type { Functions } from "./functions.ts";
import {
  apiMetric,
  fiveMinutes,
  ownMetric,
  sumOf,
  tableMetric,
  tableSystemErrors,
  waitingMessages,
} from "./stackMetrics.ts";

type DashboardProps = {
  readonly stackName: string;
  readonly alarms: Alarms;
  readonly tableName: string;
  readonly functions: Functions;
  readonly activityQueue: IQueue;
  readonly deadLetters: Readonly<Record<string, IQueue>>;
  readonly stateMachine: IStateMachine;
};

/** Codes that are not shown as refusals: API Gateway answers them without a function, or they are failures. */
const notRefusals: readonly string[] = ["404", "429", "500", "4001"];
const refusalCodes = Object.keys(errorCatalogue).filter((code) => !notRefusals.includes(code));

/**
 * One page that answers in this order: is an alarm on, what is asked of the service, how does it answer, what does it
 * take of the table, and is what nobody waits for done in time.
 */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    new CloudWatchDashboard(this, "Dashboard", {
      widgets: [
        [new AlarmStatusWidget({ title: "Alarms", alarms: [...props.alarms.all], width: 24, height: 3 })],
        trafficRow(props),
        answerRow(props),
        tableRow(props),
        backgroundRow(props),
      ],
    });
  }
}

function trafficRow({ stackName }: DashboardProps): GraphWidget[] {
  const { enrollments, unenrollments, activitiesCounted, adjustments, refusals } = metrics;
  return [
    graph("Calls", [apiMetric(stackName, "Count", { statistic: "Sum", label: "calls" })]),
    graph(
      "What they did",
      [enrollments, unenrollments, activitiesCounted, adjustments].map((metric) => ownMetric(stackName, metric)),
    ),
    graph(
      "Refusals by code",
      refusalCodes.map((code) => ownMetric(stackName, refusals, code)),
      { isStacked: true },
    ),
  ];
}

function answerRow({ stackName, functions }: DashboardProps): GraphWidget[] {
  const latency = (statistic: string) => apiMetric(stackName, "Latency", { statistic, label: `API ${statistic}` });
  const duration = (name: FunctionName, statistic: string) =>
    functions[name].lambda.metricDuration({ statistic, label: `${name} ${statistic}` });
  const all = Object.values(functions).map(({ lambda }) => lambda);
  return [
    graph("Latency in ms", [latency("p50"), latency("p99"), ...["p50", "p99"].map((p) => duration("enroll", p))]),
    graph("Failures", [
      apiMetric(stackName, "5XXError", { statistic: "Sum", label: "answered 5xx" }),
      ownMetric(stackName, metrics.gatewayFailures).with({ label: "made by API Gateway" }),
      ownMetric(stackName, metrics.lateStarts).with({ label: "late starts of cycles" }),
      ownMetric(stackName, metrics.remindersSkipped).with({ label: "skipped reminders" }),
      ...failureSources.map((source) => ownMetric(stackName, metrics.failures, source)),
      ...retryCauses.map((cause) => ownMetric(stackName, metrics.retries, cause).with({ label: `retries: ${cause}` })),
    ]),
    graph("Functions", [
      sumOf(
        // The authorizer is left out, because a wrong credential is an error of its function too.
        all.filter((each) => each !== functions.authorizer.lambda).map((each) => each.metricErrors()),
        fiveMinutes,
        "crashes and time-outs",
      ),
      sumOf(
        all.map((each) => each.metricThrottles()),
        fiveMinutes,
        "throttled calls",
      ),
    ]),
  ];
}

function tableRow({ tableName }: DashboardProps): GraphWidget[] {
  return [
    graph("Units the table has charged", [
      tableMetric(tableName, "ConsumedReadCapacityUnits", { label: "read units" }),
      tableMetric(tableName, "ConsumedWriteCapacityUnits", { label: "write units" }),
    ]),
    graph("Requests the table turned away", [
      tableMetric(tableName, "ReadThrottleEvents", { label: "throttled reads" }),
      tableMetric(tableName, "WriteThrottleEvents", { label: "throttled writes" }),
      tableSystemErrors(tableName, fiveMinutes),
    ]),
    graph(
      "Latency of the table in ms",
      ["GetItem", "UpdateItem", "Query", "TransactWriteItems"].map((Operation) =>
        tableMetric(tableName, "SuccessfulRequestLatency", {
          dimensionsMap: { TableName: tableName, Operation },
          statistic: "p99",
          label: `${Operation} p99`,
        }),
      ),
    ),
  ];
}

function backgroundRow({ functions, activityQueue, deadLetters, stateMachine }: DashboardProps): GraphWidget[] {
  const age = functions.projector.lambda.metric("IteratorAge", { statistic: "Maximum" });
  return [
    graph("Age of what waits, in s", [
      activityQueue.metricApproximateAgeOfOldestMessage({ statistic: "Maximum", label: "queued activities" }),
      // Lambda reports the age in milliseconds.
      new MathExpression({ expression: "age / 1000", usingMetrics: { age }, label: "records of the stream" }),
    ]),
    graph(
      "Dead letters",
      Object.entries(deadLetters).map(([label, queue]) => waitingMessages(queue).with({ label })),
    ),
    graph("Closing of cycles", [
      stateMachine.metricSucceeded({ label: "succeeded" }),
      stateMachine.metricFailed({ label: "failed" }),
      stateMachine.metricTimedOut({ label: "timed out" }),
    ]),
  ];
}

function graph(title: string, left: IMetric[], { isStacked = false } = {}): GraphWidget {
  return new GraphWidget({
    title,
    left,
    stacked: isStacked,
    width: 8,
    height: 6,
    leftYAxis: { min: 0, showUnits: false },
  });
}
