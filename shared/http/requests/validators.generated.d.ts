import type {
  ActivityRequest,
  AdjustRequest,
  AppendTargetPeriodsRequest,
  CreateTargetGroupRequest,
  CyclePatternRequest,
  EditTargetGroupRequest,
  EditTargetPeriodsRequest,
  EditTargetRequest,
  ExcuseRequest,
  GenerateTokenRequest,
  GrantFreezesRequest,
  PeriodRequest,
  PutCustomerRequest,
  RegisterCustomerRequest,
  StreakRequest,
  TargetRequest,
} from "./requestTypes.ts";

/** One schema violation as Ajv reports it. */
export type Violation = {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
};

export type Validator<Valid> = {
  (value: unknown): value is Valid;
  readonly errors?: readonly Violation[] | null;
};

type EnrollmentRecord = { readonly customerId?: unknown };

export const enrollMilestone: Validator<EnrollmentRecord>;
export const enrollStreak: Validator<EnrollmentRecord>;
export const activity: Validator<ActivityRequest>;
export const adjust: Validator<AdjustRequest>;
export const excuse: Validator<ExcuseRequest>;
export const grantFreezes: Validator<GrantFreezesRequest>;
export const unenroll: Validator<EnrollmentRecord>;
export const registerCustomer: Validator<RegisterCustomerRequest>;
export const putCustomer: Validator<PutCustomerRequest>;
export const periods: Validator<PeriodRequest[]>;
export const targets: Validator<TargetRequest[]>;
export const streaks: Validator<StreakRequest[]>;
export const createTargetGroup: Validator<CreateTargetGroupRequest>;
export const editTargetGroup: Validator<EditTargetGroupRequest>;
export const editTargetPeriods: Validator<EditTargetPeriodsRequest>;
export const editTarget: Validator<EditTargetRequest>;
export const addTarget: Validator<TargetRequest>;
export const appendTargetPeriods: Validator<AppendTargetPeriodsRequest>;
export const cyclePattern: Validator<CyclePatternRequest>;
export const generateToken: Validator<GenerateTokenRequest>;
