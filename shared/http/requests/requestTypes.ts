import type { FromSchema } from "json-schema-to-ts";
import type * as schemas from "./schemas.ts";

/** The values that the schema of the same name accepts. They may have fields that the schema does not know. */
export type CreateTargetGroupRequest = FromSchema<typeof schemas.createTargetGroup>;
export type EditTargetGroupRequest = FromSchema<typeof schemas.editTargetGroup>;
export type EditTargetPeriodsRequest = FromSchema<typeof schemas.editTargetPeriods>;
export type AppendTargetPeriodsRequest = FromSchema<typeof schemas.appendTargetPeriods>;
export type EditTargetRequest = FromSchema<typeof schemas.editTarget>;
export type CyclePatternRequest = FromSchema<typeof schemas.cyclePattern>;
export type PeriodRequest = FromSchema<typeof schemas.periods.items>;
export type TargetRequest = FromSchema<typeof schemas.targets.items>;
export type StreakRequest = FromSchema<typeof schemas.streaks.items>;
export type ActivityRequest = FromSchema<typeof schemas.activity>;
export type AdjustRequest = FromSchema<typeof schemas.adjust>;
export type ExcuseRequest = FromSchema<typeof schemas.excuse>;
export type GrantFreezesRequest = FromSchema<typeof schemas.grantFreezes>;
export type PutCustomerRequest = FromSchema<typeof schemas.putCustomer>;
export type RegisterCustomerRequest = FromSchema<typeof schemas.registerCustomer>;
export type GenerateTokenRequest = FromSchema<typeof schemas.generateToken>;
