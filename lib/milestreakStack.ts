import { CfnOutput, Stack } from "aws-cdk-lib";
import { Construct } from "constructs";
import { tokenLifetimeVariable } from "../shared/config/tokenConfig.ts";
import { ActivityQueue } from "./activityQueue.ts";
import { Api } from "./api.ts";
import { ApiFunction } from "./apiFunction.ts";
import { Closing } from "./closing.ts";
import { trustExternalIssuer } from "./externalIssuer.ts";
import type { FunctionName } from "./functionNames.ts";
import { Projector } from "./projector.ts";
import type { Settings } from "./settings.ts";
import { MilestreakTable } from "./table.ts";

/** Everything a brand deploys: the table, one function per route, the authorizer and the API in front. */
export class MilestreakStack extends Stack {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id, { description: "Milestreak: milestone and streak enrolment API", env: environmentOf(settings) });
    const table = new MilestreakTable(this, "Table");
    const functions = new Construct(this, "Functions");
    const create = (name: FunctionName) => new ApiFunction(functions, name, { ...settings, name, table }).lambda;
    const createIssuer = (name: "issueToken" | "generateToken") =>
      create(name).addEnvironment(tokenLifetimeVariable, settings.tokenLifetimeMinutes.toString());
    const authorizer = create("authorizer");
    if (settings.externalIssuer !== undefined) trustExternalIssuer(authorizer, settings.externalIssuer);
    const api = new Api(this, "Api", {
      settings,
      functions: {
        authorizer,
        enroll: create("enroll"),
        unenroll: create("unenroll"),
        recordActivities: create("recordActivities"),
        createTargetGroup: create("createTargetGroup"),
        listTargetGroups: create("listTargetGroups"),
        getTargetGroup: create("getTargetGroup"),
        putCustomer: create("putCustomer"),
        getCustomer: create("getCustomer"),
        getUserTargetGroups: create("getUserTargetGroups"),
        getTrackedTargetEvents: create("getTrackedTargetEvents"),
        getEnrolledTargets: create("getEnrolledTargets"),
        issueToken: createIssuer("issueToken"),
        generateToken: createIssuer("generateToken"),
        revokeToken: create("revokeToken"),
      },
    });
    const activityQueue = new ActivityQueue(this, "ActivityQueue", { counter: create("countQueuedActivities") });
    const projector = new Projector(this, "Projector", { table, lambda: create("projector") });
    new Closing(this, "Closing", {
      ...settings,
      listDueCycles: create("listDueCycles"),
      closeShard: create("closeShard"),
    });
    new CfnOutput(this, "BaseUrl", { value: api.baseUrl, description: "Where the API answers" });
    if (api.domainTarget !== undefined) {
      new CfnOutput(this, "DomainTarget", {
        value: api.domainTarget,
        description: "What the domain's DNS record names",
      });
    }
    new CfnOutput(this, "ActivityQueueUrl", {
      value: activityQueue.queueUrl,
      description: "Where activities can be queued, with the message attribute org",
    });
    new CfnOutput(this, "BusName", { value: projector.busName, description: "The bus that notifications are sent to" });
    new CfnOutput(this, "TableName", { value: table.tableName, description: "The table, for the operator CLI" });
  }
}

/** Absent rather than `undefined`: without them the stack fits whatever account and region it is deployed to. */
function environmentOf({ account, region }: Settings): { account?: string; region?: string } {
  return { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) };
}
