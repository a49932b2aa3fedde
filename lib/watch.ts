import type { Alarm } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import type { ServingFunction } from "../shared/http/routes.ts";
import type { ActivityQueue } from "./activityQueue.ts";
import type { Alarms } from "./alarms.ts";
import { addApiAlarms } from "./apiAlarms.ts";
import type { Closing } from "./closing.ts";
import { Dashboard } from "./dashboard.ts";
import { Deployments } from "./deployments.ts";
import { servingFunctions } from "./functionNames.ts";
import type { Functions } from "./functions.ts";
import type { Projector } from "./projector.ts";
import type { Settings } from "./settings.ts";
import type { MilestreakTable } from "./table.ts";

type Watched = {
  readonly settings: Settings;
  readonly functions: Functions;
  readonly table: MilestreakTable;
  readonly alarms: Alarms;
  readonly activityQueue: ActivityQueue;
  readonly projector: Projector;
  readonly closing: Closing;
};

/** The dashboard, the alarms, and the roll-back of new versions that fail. */
export function watch(scope: Construct, watched: Watched): void {
  const { settings, functions, table, alarms, activityQueue, projector, closing } = watched;
  const { stackName } = settings;
  const { authorizer, enroll, membership, recordActivities, reads, customers } = functions;
  const busy = [authorizer, enroll, membership, recordActivities, reads, customers];
  // A function with limited concurrency is throttled beyond it on purpose, and its calls are retried.
  const background = [
    functions.countQueuedActivities,
    ...(settings.projectorConcurrency === undefined ? [functions.projector] : []),
    ...(settings.closingConcurrency === undefined ? [functions.closeShard] : []),
  ];
  const answers = addApiAlarms({
    alarms,
    stackName,
    tableName: table.tableName,
    enroll: enroll.lambda,
    busyFunctions: [...busy, ...background].map(({ lambda }) => lambda),
  });
  deployInWaves(
    new Deployments(scope, "Deployments", { ...settings, functions: Object.values(functions) }),
    watched,
    answers,
  );
  new Dashboard(scope, "Dashboard", {
    stackName,
    alarms,
    tableName: table.tableName,
    functions,
    activityQueue: activityQueue.queue,
    deadLetters: {
      "queued activities": activityQueue.deadLetters,
      "records of the stream": projector.deadLetters,
      "starts of the closing": closing.missedStarts,
    },
    stateMachine: closing.stateMachine,
  });
}

/**
 * The order of deployments, which go on in waves. Functions that read come before those that write, because they must
 * understand what new versions write. The two functions that tills call most come last.
 */
function deployInWaves(deployments: Deployments, watched: Watched, answers: readonly Alarm[]): void {
  const { functions, activityQueue, projector, closing } = watched;
  const last: readonly ServingFunction[] = ["membership", "recordActivities", "enroll"];
  const first = servingFunctions.filter((name) => !last.includes(name));
  deployments.watch(functions.projector, [projector.errors]);
  for (const name of first) deployments.watch(functions[name], answers);
  for (const each of [functions.listDueCycles, functions.closeShard]) deployments.watchRare(each, [closing.errors]);
  deployments.watch(functions.authorizer, answers);
  deployments.watch(functions.countQueuedActivities, [activityQueue.errors]);
  for (const name of last) deployments.watch(functions[name], answers);
}
