import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

type JsonSchema = Readonly<Record<string, unknown>>;
type Content = Readonly<
  Record<
    string,
    { readonly schema: JsonSchema; readonly examples?: Readonly<Record<string, { readonly value: unknown }>> }
  >
>;

export type DocumentedResponse = {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>;
  readonly content: Content;
};

type DocumentedOperation = {
  readonly operationId: string;
  readonly summary: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly JsonSchema[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, DocumentedResponse | { readonly $ref: string }>>;
};

type Document = {
  readonly servers: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly responses: Readonly<Record<string, DocumentedResponse>>;
    readonly securitySchemes: Readonly<Record<string, JsonSchema>>;
  };
};

/** The committed document. */
export const openapi: Document = JSON.parse(readFileSync(new URL("../../docs/openapi.json", import.meta.url), "utf8"));

/** Every operation with its method and path. */
export const documentedOperations = Object.entries(openapi.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

const documentId = "openapi.json";
const ajv = new Ajv2020({
  // The schemas hold OpenAPI's own keywords, `examples` and `discriminator`, which ajv does not know.
  strict: false,
  allErrors: true,
  formats: { int64: true, date: /^\d{4}-\d\d-\d\d$/, "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ },
});
ajv.addSchema(closed(openapi), documentId);

/**
 * The document with every object closed. The document itself leaves objects open, because clients must accept new
 * fields. A field that is answered and not documented is nevertheless a fault of the document.
 */
function closed(value: unknown): JsonSchema {
  return JSON.parse(JSON.stringify(value), (_, part: unknown) => {
    const isClosable =
      typeof part === "object" && part !== null && "properties" in part && !("additionalProperties" in part);
    return isClosable ? { ...part, additionalProperties: false } : part;
  });
}

const validators = new Map<string, ValidateFunction>();

/** The faults of the value by the schema to which the pointer leads in the document. */
export function faultsBySchema(pointer: readonly string[], value: unknown): string[] {
  const fragment = pointer
    .map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")))
    .join("/");
  const validate = validators.get(fragment) ?? ajv.compile({ $ref: `${documentId}#/${fragment}` });
  validators.set(fragment, validate);
  return validate(value) ? [] : (validate.errors ?? []).map((fault) => `${fault.instancePath} ${fault.message}`);
}

/** A response of an operation, and its place in the document. */
export function responseOf(
  { method, path, operation }: (typeof documentedOperations)[number],
  status: number | string,
): { readonly response: DocumentedResponse; readonly pointer: readonly string[] } | undefined {
  const found = operation.responses[status];
  if (found === undefined) return undefined;
  if (!("$ref" in found)) {
    return { response: found, pointer: ["paths", path, method.toLowerCase(), "responses", String(status)] };
  }
  const name = found.$ref.slice(found.$ref.lastIndexOf("/") + 1);
  const response = openapi.components.responses[name];
  return response && { response, pointer: ["components", "responses", name] };
}
