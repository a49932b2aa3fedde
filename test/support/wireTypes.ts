import type { components } from "../../client/schema.generated.ts";

/** The types of requests and answers, as the OpenAPI document has them. */
export type Schemas = components["schemas"];
