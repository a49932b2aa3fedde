import { RetentionDays } from "aws-cdk-lib/aws-logs";

/** What a team decides when it deploys, by CDK context (docs/deploy.md). */
export type Settings = {
  readonly stackName: string;
  /** Both are the CDK command's own choice when absent. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly logRetentionDays: RetentionDays;
  /** Requests per second that the whole stage lets through. */
  readonly throttleRate: number;
  readonly throttleBurst: number;
  readonly setsApiGatewayLogRole: boolean;
  readonly hasBundleReport: boolean;
};

/** The settings cannot be used; the message says all there is to say. */
export class InvalidSettings extends Error {
  override readonly name = "InvalidSettings";
}

/** A value as `-c name=value` (text) or `cdk.json` (anything) gives it; `undefined` when it is not set. */
export type ReadContext = (name: string) => unknown;

/** CloudWatch Logs accepts these periods only; "never" is none of them, as logs name callers. */
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
    setsApiGatewayLogRole: context.flag("setApiGatewayLogRole", true),
    hasBundleReport: context.flag("bundleReport", false),
  };
  context.assertFaultless();
  return settings;
}

class ContextReader {
  readonly #read: ReadContext;
  readonly #faults: string[] = [];

  constructor(read: ReadContext) {
    this.#read = read;
  }

  text(name: string, pattern: RegExp, rule: string): string | undefined {
    const given = this.#given(name);
    if (given !== undefined && !pattern.test(given)) this.#refuse(name, rule, given);
    return given;
  }

  count(name: string, byDefault: number): number {
    const given = this.#given(name);
    if (given === undefined) return byDefault;
    if (!/^[1-9]\d{0,8}$/.test(given)) this.#refuse(name, "an integer from 1 to 999999999", given);
    return Number(given);
  }

  oneOf<Value extends number>(name: string, allowed: readonly Value[], byDefault: Value): Value {
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
