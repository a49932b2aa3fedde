import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { adjustmentLimits } from "../shared/config/adjustmentConfig.ts";
import type { IssuerConfig } from "../shared/config/issuerConfig.ts";
import { type RegistrationPermission, registrationPermissions } from "../shared/config/registrationConfig.ts";
import { statisticsEveryHours } from "../shared/config/statisticsConfig.ts";
import { tokenLifetimeMinutes } from "../shared/config/tokenConfig.ts";
import { orgPattern } from "../shared/table/keys.ts";
import { type Deployment, deployments } from "./deployments.ts";

/** The settings of a deployment, given by CDK context (docs/deploy.md). */
export type Settings = {
  readonly stackName: string;
  /** The CDK command chooses account and region when they are not set. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly logRetentionDays: RetentionDays;
  /** Requests per second that the whole stage lets through. */
  readonly throttleRate: number;
  readonly throttleBurst: number;
  readonly tokenLifetimeMinutes: number;
  /** The permission that a caller needs to register a customer while enrolling. */
  readonly registration: RegistrationPermission;
  /** The largest amount, in a target's unit, by which access group `support` may adjust; `undefined` for no limit. */
  readonly adjustmentLimit: number | undefined;
  /** Whether the table is encrypted with a KMS key of the account's own. */
  readonly hasCustomerKey: boolean;
  readonly setsApiGatewayLogRole: boolean;
  readonly hasWebAcl: boolean;
  /** The requests that the web ACL allows from one address in five minutes. */
  readonly webAclRate: number;
  /** The same for the token routes alone. */
  readonly webAclTokenRate: number;
  /** The limits of one credential; `undefined` for the stage's limits only. */
  readonly credentialLimits: CredentialLimits | undefined;
  readonly domain: DomainSettings | undefined;
  /** The issuer whose JWTs are trusted; `undefined` for none. */
  readonly externalIssuer: IssuerConfig | undefined;
  readonly deployment: Deployment;
  /** The address that alarms are mailed to. Without it nobody is notified until something subscribes to the topic. */
  readonly alarmEmail: string | undefined;
  /** The stream of a table to work on instead of the stack's own. */
  readonly restoredStreamArn: string | undefined;
  /** The ARN of the table that the versions before this deployment work on, or `none`; absent: the stack's own. */
  readonly previousTable: string | undefined;
  /** `paused`: cycles that have ended stay open; absent: they are closed. */
  readonly closing: "paused" | undefined;
  /** The hours between two counts of each target's customers; 0: they are not counted. */
  readonly statisticsEveryHours: number;
  /** Shards of enrolments that are closed side by side, each by a Lambda. */
  readonly shardsAtOnce: number;
  /** Orgs whose activities have a queue of their own. */
  readonly queueOrgs: readonly string[];
  /** How many Lambdas may count queued activities at once. */
  readonly queueConcurrency: number;
  /** How long a queued activity is kept, from when it was sent, in the queue and among the dead letters. */
  readonly queueRetentionDays: number;
  /**
   * How many may project the stream at once, reserved from the account's quota; `undefined` for as many as the stream
   * has shards.
   */
  readonly projectorConcurrency: number | undefined;
  /** How many may close shards at once, reserved from the account's quota; `undefined` for no limit. */
  readonly closingConcurrency: number | undefined;
  readonly hasBundleReport: boolean;
};

export type CredentialLimits = { readonly ratePerSecond: number; readonly burst: number };

/** A name of the brand's own and the certificate for it, in the stack's region. */
export type DomainSettings = { readonly name: string; readonly certificateArn: string };

/** The settings cannot be used. The message names all faults. */
export class InvalidSettings extends Error {
  override readonly name = "InvalidSettings";
}

/** A value as `-c name=value` (text) or `cdk.json` (anything) gives it; `undefined` when it is not set. */
export type ReadContext = (name: string) => unknown;

/** CloudWatch Logs accepts these periods only. "Never" is excluded, because logs name callers. */
const retentionPeriodsDays = Object.values(RetentionDays).filter(
  (days): days is RetentionDays => typeof days === "number" && days !== RetentionDays.INFINITE,
);

/** Reads every setting. Throws one {@link InvalidSettings} that names all the faults. */
export function readSettings(readContext: ReadContext): Settings {
  const context = new ContextReader(readContext);
  const environment = context.text(
    "environment",
    /^[a-z][a-z0-9-]{0,31}$/,
    "a-z, 0-9 and -, from a letter, at most 32",
  );
  const settings = {
    stackName: environment === undefined ? "Milestreak" : `Milestreak-${environment}`,
    account: context.text("account", /^\d{12}$/, "12 digits"),
    region: context.text("region", /^[a-z]{2,}(-[a-z]+)+-\d$/, "a region's code, such as eu-west-1"),
    logRetentionDays: context.oneOf("logRetentionDays", retentionPeriodsDays, RetentionDays.THREE_MONTHS),
    throttleRate: context.count("throttleRate", 500),
    throttleBurst: context.count("throttleBurst", 1000),
    tokenLifetimeMinutes: context.integer("tokenLifetimeMinutes", tokenLifetimeMinutes),
    registration: context.oneOf("registration", registrationPermissions, "manage"),
    adjustmentLimit: context.optionalInteger("adjustmentLimit", adjustmentLimits),
    hasCustomerKey: context.flag("customerKey", false),
    setsApiGatewayLogRole: context.flag("setApiGatewayLogRole", true),
    hasWebAcl: context.flag("waf", false),
    webAclRate: context.integer("wafRatePerIp", { minimum: 10, maximum: 999_999_999, default: 30_000 }),
    webAclTokenRate: context.integer("wafTokenRatePerIp", { minimum: 10, maximum: 999_999_999, default: 1_000 }),
    credentialLimits: readCredentialLimits(context),
    domain: readDomain(context),
    externalIssuer: readIssuer(context),
    deployment: context.oneOf("deployment", deployments, "canary10Percent5Minutes"),
    alarmEmail: context.text("alarmEmail", /^[^\s@]{1,64}@([a-z0-9-]+\.)+[a-z]{2,}$/i, "an e-mail address"),
    restoredStreamArn: context.text("restoredStreamArn", streamPattern, "the ARN of a table's stream"),
    previousTable: context.text("previousTable", tablePattern, "none or the ARN of a table"),
    closing: context.only("closing", "paused"),
    statisticsEveryHours: context.integer("statisticsEveryHours", statisticsEveryHours),
    // The default is a tenth of the Lambdas that an account may run at once, which leaves room for the API.
    shardsAtOnce: context.integer("shardsAtOnce", { minimum: 1, maximum: 1000, default: 100 }),
    queueOrgs: readQueueOrgs(context),
    queueConcurrency: context.integer("queueConcurrency", { minimum: 2, maximum: 1_000, default: 20 }),
    queueRetentionDays: context.integer("queueRetentionDays", { minimum: 1, maximum: 14, default: 14 }),
    projectorConcurrency: context.optionalInteger("projectorConcurrency", reservable),
    closingConcurrency: context.optionalInteger("closingConcurrency", reservable),
    hasBundleReport: context.flag("bundleReport", false),
  };
  context.assertFaultless();
  return settings;
}

const reservable = { minimum: 1, maximum: 10_000 };

/** Nine queues and the common one, because CloudWatch adds up at most ten metrics in one alarm. */
const mostQueueOrgs = 9;

const streamPattern = /^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[A-Za-z0-9_.-]+\/stream\/[0-9T:.-]+$/;
const tablePattern = /^(none|arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[A-Za-z0-9_.-]+)$/;

function readQueueOrgs(context: ContextReader): readonly string[] {
  const rule = `1 to ${mostQueueOrgs} orgs with commas between them`;
  return [...new Set(context.text("queueOrgs", { test: isQueueOrgs }, rule)?.split(","))];
}

function isQueueOrgs(text: string): boolean {
  const orgs = text.split(",");
  return orgs.length <= mostQueueOrgs && orgs.every((org) => orgPattern.test(org));
}

function readCredentialLimits(context: ContextReader): CredentialLimits | undefined {
  const range = { minimum: 1, maximum: 10_000 };
  const ratePerSecond = context.optionalInteger("credentialRatePerSecond", range);
  const burst = context.optionalInteger("credentialBurst", range);
  if (ratePerSecond !== undefined && burst !== undefined) return { ratePerSecond, burst };
  context.refusePart({ credentialRatePerSecond: ratePerSecond, credentialBurst: burst });
  return undefined;
}

function readDomain(context: ContextReader): DomainSettings | undefined {
  const label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  const domainName = context.text("domainName", new RegExp(`^(${label}\\.)+${label}$`), "a domain name in lower case");
  const certificate = /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]{36}$/;
  const certificateArn = context.text("certificateArn", certificate, "the ARN of a certificate of ACM");
  if (domainName !== undefined && certificateArn !== undefined) return { name: domainName, certificateArn };
  context.refusePart({ domainName, certificateArn });
  return undefined;
}

/** An address with TLS, without the parts that would allow two spellings of one issuer. */
const issuerPattern = /^https:\/\/[a-z0-9.-]+(:\d{1,5})?(\/[A-Za-z0-9._~/-]*)?$/;
/** `org`, `custom:org`, `https://brand.example/org`. */
const claimPattern = /^[A-Za-z0-9_:/.-]{1,128}$/;

function readIssuer(context: ContextReader): IssuerConfig | undefined {
  const oidcIssuer = context.text("oidcIssuer", issuerPattern, "an https URL without query and fragment");
  const oidcAudience = context.text("oidcAudience", /^[\x21-\x7e]{1,255}$/, "1 to 255 visible ASCII characters");
  const claimRule = "the name of a claim: A-Z, a-z, 0-9 and _:/.-, at most 128";
  const oidcOrgClaim = context.text("oidcOrgClaim", claimPattern, claimRule);
  const oidcGroupClaim = context.text("oidcGroupClaim", claimPattern, claimRule);
  const takesUntypedTokens = context.flag("oidcUntypedTokens", false);
  if (oidcIssuer && oidcAudience && oidcOrgClaim && oidcGroupClaim) {
    return {
      issuer: oidcIssuer,
      audience: oidcAudience,
      orgClaim: oidcOrgClaim,
      groupClaim: oidcGroupClaim,
      takesUntypedTokens,
    };
  }
  context.refusePart({ oidcIssuer, oidcAudience, oidcOrgClaim, oidcGroupClaim });
  return undefined;
}

class ContextReader {
  readonly #read: ReadContext;
  readonly #faults: string[] = [];

  constructor(read: ReadContext) {
    this.#read = read;
  }

  text(name: string, pattern: Pick<RegExp, "test">, rule: string): string | undefined {
    const given = this.#given(name);
    if (given !== undefined && !pattern.test(given)) this.#refuse(name, rule, given);
    return given;
  }

  /** For a setting with one value, which is set or not. */
  only<Value extends string>(name: string, value: Value): Value | undefined {
    const given = this.#given(name);
    if (given !== undefined && given !== value) this.#refuse(name, value, given);
    return given === undefined ? undefined : value;
  }

  count(name: string, byDefault: number): number {
    return this.integer(name, { minimum: 1, maximum: 999_999_999, default: byDefault });
  }

  integer(
    name: string,
    range: { readonly minimum: number; readonly maximum: number; readonly default: number },
  ): number {
    const given = this.#given(name);
    if (given === undefined) return range.default;
    const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
    const isWithin = value >= range.minimum && value <= range.maximum;
    if (!isWithin) this.#refuse(name, `an integer from ${range.minimum} to ${range.maximum}`, given);
    return isWithin ? value : range.default;
  }

  /** `undefined` when it is not set, or refused. */
  optionalInteger(name: string, range: { readonly minimum: number; readonly maximum: number }): number | undefined {
    return this.#given(name) === undefined ? undefined : this.integer(name, { ...range, default: range.minimum });
  }

  oneOf<Value extends number | string>(name: string, allowed: readonly Value[], byDefault: Value): Value {
    const given = this.#given(name);
    if (given === undefined) return byDefault;
    const value = allowed.find((candidate) => candidate.toString() === given);
    if (value === undefined) this.#refuse(name, `one of ${allowed.join(", ")}`, given);
    return value ?? byDefault;
  }

  flag(name: string, byDefault: boolean): boolean {
    const given = this.#given(name);
    if (given === undefined) return byDefault;
    if (given !== "true" && given !== "false") this.#refuse(name, "true or false", given);
    return given === "true";
  }

  /** Refuses settings of a group that are set only in part. They have a meaning only together. */
  refusePart(values: Readonly<Record<string, string | number | undefined>>): void {
    const set = Object.keys(values).filter((name) => values[name] !== undefined);
    const missing = Object.keys(values).filter((name) => values[name] === undefined);
    if (set.length === 0) return;
    for (const name of missing) this.#faults.push(`${name} must be set, because ${set.join(" and ")} is`);
  }

  assertFaultless(): void {
    if (this.#faults.length > 0)
      throw new InvalidSettings(`Invalid settings (docs/deploy.md): ${this.#faults.join("; ")}.`);
  }

  #given(name: string): string | undefined {
    const value = this.#read(name);
    if (value === undefined) return undefined;
    return typeof value === "string" ? value : JSON.stringify(value);
  }

  #refuse(name: string, rule: string, given: string): void {
    this.#faults.push(`${name} must be ${rule}; got ${JSON.stringify(given)}`);
  }
}
