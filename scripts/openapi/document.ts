import packageJson from "../../package.json" with { type: "json" };
import { cursorPattern } from "../../shared/http/requests/parameters.ts";
import { type Parameter, type Route, type RouteName, routeNames, routes, takesBody } from "../../shared/http/routes.ts";
import { failureSchema, type Refusal, refusalResponse, refusalResponses, responseRef } from "./errors.ts";
import { idRules, listOf, objectOf } from "./fields.ts";
import type { JsonSchema } from "./jsonSchema.ts";
import { oauthOperations, oauthSchemas } from "./oauth.ts";
import type { Operation } from "./operations/operation.ts";
import { operations, speaksEnvelope, tags } from "./operations.ts";
import { pathParameters, queryParameters } from "./parameters.ts";
import { requestSchemas } from "./requestSchemas.ts";
import { responseSchemas } from "./responseSchemas.ts";

/** The whole API as OpenAPI 3.1, generated from the route table, the validators' schemas and the catalogue of codes. */
export function buildDocument(): JsonSchema {
  return {
    openapi: "3.1.0",
    info: {
      title: "Milestreak",
      version: packageJson.version,
      summary: packageJson.description,
      description: introduction,
      license: { name: "Apache License 2.0", identifier: packageJson.license },
    },
    servers: [deployedServer],
    security: [{ basic: [] }, { oauth2: [] }],
    tags,
    paths: buildPaths(),
    components: {
      securitySchemes,
      schemas: { ...requestSchemas, ...responseSchemas, ...composedSchemas, ...oauthSchemas },
      responses: refusalResponses,
      parameters: { IdempotencyKey: idempotencyKey, IfMatch: ifMatch },
    },
  };
}

const introduction = `The enrolment API of a loyalty programme: customers take part in milestones ("spend 1000 a month") and streaks ("a visit a day, five days in a row"), are enrolled exactly once, and have every activity counted exactly once.

Every answer is an envelope of \`data\`, \`errors\` and \`warnings\`; the history of a customer has \`pagination\` too. Only \`POST /oauth/token\` and \`POST /oauth/revoke\` answer as OAuth says. \`errors\` is \`null\` exactly when the request succeeded. A program decides by an error's \`code\`. New fields may be added to answers, so ignore what you do not know.

The credential says which brand (org) is meant; what another org has is never found.`;

const deployedServer = {
  url: "https://{apiId}.execute-api.{region}.amazonaws.com/v3",
  description: "A deployed stack; its output BaseUrl is the whole address.",
  variables: {
    apiId: { default: "abcde12345", description: "The id that API Gateway gave the API." },
    region: { default: "eu-west-1", description: "The AWS region of the stack." },
  },
} as const;

const securitySchemes = {
  basic: {
    type: "http",
    scheme: "basic",
    description: "User name and secret of a credential. The base64 must be in its one canonical form.",
  },
  oauth2: {
    type: "oauth2",
    description:
      "An access token of `POST /oauth/token` or `POST /oauth/token/generate`, or a JWT of the issuer that the stack was deployed with, as `Authorization: Bearer`. There are no scopes: the access group of the credential says what it may do.",
    flows: { clientCredentials: { tokenUrl: "/v3/oauth/token", scopes: {} } },
  },
} as const;

const idempotencyKey = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description:
    "Names this call. The keys of the last three enrolments of a customer into a target are remembered. A repeat with the same record gets the first call's answer. With another record for the same customer it is refused with 300004 (HTTP 422). Without a key, a repeat is refused with 310119. For example `3f0d7a52-6f43-4b0e-9a5b-0d9c6f1a2b3c`; choose a new one for each call.",
  // The schema has no example, because a page that tries requests would send the same key every time.
  schema: { type: "string", pattern: "^[\\x21-\\x7e]{1,255}$" },
} as const;

const ifMatch = {
  name: "If-Match",
  in: "header",
  required: false,
  description:
    'The version that the edit was decided on, in quotes as `ETag` answers it, for example `"3"`. When the group has another version by now, the edit is refused with 300004 (HTTP 412), and the message names the current one. Without it the edit is made on the version there is.',
  schema: { type: "string", pattern: '^"[1-9][0-9]{0,8}"$' },
} as const;

const composedSchemas = {
  ActivityAnswer: {
    description: "The outcome of one activity of an array.",
    anyOf: [
      envelope(objectOf("ActivityOutcome", "What the activity did.")),
      failureSchema([300004, 310011, 500, 4001]),
    ],
  },
} as const;

/**
 * The envelope of a success. Routes that answer pages also say which page it is. `besides` are further fields, which are
 * not required.
 */
function envelope(
  data: JsonSchema,
  pagination?: JsonSchema,
  besides: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema {
  const page = pagination && { pagination };
  return {
    type: "object",
    required: ["data", ...Object.keys(page ?? {}), "errors", "warnings"],
    properties: {
      data,
      ...page,
      errors: { type: "null", description: "There are none." },
      warnings: {
        ...listOf("Warning", "What was ignored, a mistyped field for example; `null` when nothing was."),
        type: ["array", "null"],
      },
      ...besides,
    },
  };
}

function buildPaths(): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const name of routeNames) {
    const { path, method } = routes[name];
    paths[path] = { ...paths[path], [method.toLowerCase()]: buildOperation(name) };
  }
  return paths;
}

function buildOperation(name: RouteName): JsonSchema {
  const route: Route = routes[name];
  const head = { operationId: name, summary: route.summary };
  if (!speaksEnvelope(name)) {
    const { sample: _, ...described } = oauthOperations[name];
    return { ...head, ...described, security: clientSecurity };
  }
  const operation: Operation = operations[name];
  const parameters = parametersOf(route, operation);
  return {
    ...head,
    description: describe(route, operation),
    tags: [operation.tag],
    ...(route.permission === "none" ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(operation.body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": operation.body } } }),
    responses: responsesOf(operation),
  };
}

/** The client may also authenticate in the form. */
const clientSecurity = [{ basic: [] }, {}] as const;

function describe({ permission, maximumBodyBytes, method }: Route, { description }: Operation): string {
  const needed = permission === "none" ? "" : ` Needs the permission \`${permission}\`.`;
  const limit = !takesBody({ method }) ? "" : ` The body is at most ${maximumBodyBytes / 1024} kB.`;
  return `${description}${needed}${limit}`;
}

function parametersOf({ path, query }: Route, { takesKey, takesVersion }: Operation): JsonSchema[] {
  return [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => pathParameter(name)),
    ...Object.entries(query).map(([name, parameter]) => queryParameter(name, parameter)),
    ...(takesKey ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : []),
    ...(takesVersion ? [{ $ref: "#/components/parameters/IfMatch" }] : []),
  ];
}

function pathParameter(name: string): JsonSchema {
  const texts: Readonly<Record<string, JsonSchema>> = pathParameters;
  const { description, ...schema } = textOf(texts, name);
  return { name, in: "path", required: true, description, schema };
}

function queryParameter(name: string, parameter: Parameter): JsonSchema {
  const { description, example } = textOf<{ description: string; example: unknown }>(queryParameters, name);
  const required = ["externalId", "mode"].includes(name);
  return { name, in: "query", required, description, schema: { ...rulesOf(parameter), examples: [example] } };
}

function rulesOf(parameter: Parameter): JsonSchema {
  if (parameter.type === "id") return idRules;
  if (parameter.type === "text") return { type: "string", minLength: 1, maxLength: parameter.maximumCharacters };
  if (parameter.type === "cursor") return { type: "string", pattern: cursorPattern.source };
  if (parameter.type === "choice") {
    const { values, default: byDefault } = parameter;
    return { type: "string", enum: values, ...(byDefault === undefined ? {} : { default: byDefault }) };
  }
  return parameter;
}

function textOf<Text>(texts: Readonly<Record<string, Text>>, name: string): Text {
  const text = texts[name];
  if (text === undefined) throw new Error(`The parameter ${name} has no text`);
  return text;
}

function responsesOf({ body, success, again, refusals }: Operation): JsonSchema {
  const { status, description, data, pagination, examples, headers, besides, otherContent } = success;
  const ofStatus = (wanted: number) => refusals.filter((one) => one.status === wanted);
  const [conflicts, versions, reuses] = [ofStatus(409), ofStatus(412), ofStatus(422)];
  return {
    [status]: {
      description,
      ...(headers === undefined ? {} : { headers }),
      content: { "application/json": { schema: envelope(data, pagination, besides), examples }, ...otherContent },
    },
    ...(again === undefined
      ? {}
      : { 200: { description: again, content: { "application/json": { schema: envelope(data), examples } } } }),
    400: refusalResponse(describeRefusals(ofStatus(400)), ofStatus(400)),
    401: responseRef("Unauthenticated"),
    403: responseRef("NotAllowed"),
    404: responseRef("NoSuchRoute"),
    ...(conflicts.length > 0 ? { 409: refusalResponse("It would conflict with what exists.", conflicts) } : {}),
    ...(versions.length > 0 ? { 412: refusalResponse("`If-Match` names another version.", versions) } : {}),
    ...(body === undefined ? {} : { 413: responseRef("TooLarge"), 415: responseRef("NotJson") }),
    ...(reuses.length > 0 ? { 422: refusalResponse("An id or key was used before for something else.", reuses) } : {}),
    429: responseRef("Throttled"),
    500: responseRef("Unexpected"),
    503: responseRef("Unavailable"),
  };
}

function describeRefusals(refusals: readonly Refusal[]): string {
  return `Refused, and nothing was changed. Codes in order of precedence: ${refusals.map(({ code }) => code).join(", ")}.`;
}
