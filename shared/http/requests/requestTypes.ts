import type { FromSchema } from "json-schema-to-ts";
import type * as schemas from "./schemas.ts";

/** What the schema of the same name lets through. Fields that it does not know may be there too. */
export type CreateTargetGroupRequest = FromSchema<typeof schemas.createTargetGroup>;
export type PeriodRequest = FromSchema<typeof schemas.periods.items>;
export type TargetRequest = FromSchema<typeof schemas.targets.items>;
export type StreakRequest = FromSchema<typeof schemas.streaks.items>;
export type ActivityRequest = FromSchema<typeof schemas.activity>;
export type PutCustomerRequest = FromSchema<typeof schemas.putCustomer>;
export type GenerateTokenRequest = FromSchema<typeof schemas.generateToken>;
