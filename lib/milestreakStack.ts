import { CfnOutput, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { ActivityQueue } from "./activityQueue.ts";
import { Alarms } from "./alarms.ts";
import { Api } from "./api.ts";
import { Closing } from "./closing.ts";
import { ErasureList } from "./erasureList.ts";
import { createFunctions } from "./functions.ts";
import { Projector } from "./projector.ts";
import type { Settings } from "./settings.ts";
import { MilestreakTable } from "./table.ts";
import { watch } from "./watch.ts";

/** Everything a brand deploys: the table, the functions and the API in front of them. */
export class MilestreakStack extends Stack {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id, { description: "Milestreak: milestone and streak enrolment API", env: environmentOf(settings) });
    const table = new MilestreakTable(this, "Table", settings);
    const functions = createFunctions(this, settings, table);
    const api = new Api(this, "Api", { settings, functions });
    const alarms = new Alarms(this, "Alarms", { email: settings.alarmEmail });
    const { countQueuedActivities: counter, listDueCycles, closeShard } = functions;
    const activityQueue = new ActivityQueue(this, "ActivityQueue", { ...settings, counter, alarms });
    const projector = new Projector(this, "Projector", { ...settings, table, projector: functions.projector, alarms });
    const erasureList = new ErasureList(this, "ErasureList").bucket;
    const closing = new Closing(this, "Closing", { ...settings, listDueCycles, closeShard, erasureList, alarms });
    watch(this, { settings, functions, table, alarms, activityQueue, projector, closing });
    this.#putOut("BaseUrl", api.baseUrl, "Where the API answers");
    this.#putOut("DomainTarget", api.domainTarget, "What the domain's DNS record names");
    this.#putOut(
      "ActivityQueueUrl",
      activityQueue.queue.queueUrl,
      "Where activities can be queued, with the message attribute org",
    );
    this.#putOut("ActivityDeadLettersUrl", activityQueue.deadLetters.queueUrl, "Activities that could not be counted");
    this.#putOut("OrgQueueUrls", activityQueue.orgQueueUrls, "Where one org's activities can be queued, by org");
    this.#putOut("BusName", projector.busName, "The bus that notifications are sent to");
    this.#putOut("ErasureListName", erasureList.bucketName, "The bucket with the list of customers who were erased");
    this.#putOut("TableName", table.tableName, "The table, for the operator CLI");
    this.#putOut("TableKeyArn", table.keyArn, "The key that the table is encrypted with, for a restored table");
    this.#putOut("AlarmTopicArn", alarms.topicArn, "The topic that alarms are told to");
  }

  #putOut(name: string, value: string | undefined, description: string): void {
    if (value !== undefined) new CfnOutput(this, name, { value, description });
  }
}

/** The properties are left out when not set. The stack then fits any account and region. */
function environmentOf({ account, region }: Settings): { account?: string; region?: string } {
  return { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) };
}
