import { adjustmentLimits, adjustmentLimitVariable } from "./adjustmentConfig.ts";
import { statisticsEveryHours, statisticsVariable } from "./statisticsConfig.ts";
import type { TableConfig } from "./tableConfig.ts";

/** The settings that `npm start` takes from its environment. */
export type LocalConfig = {
  /** 0 asks the system for a free port. */
  readonly port: number;
  /** The folder for the engine's data; `undefined` keeps the data in memory. */
  readonly dataDirectory: string | undefined;
  /** The address of an engine to use instead of starting one. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** The largest amount by which access group `support` may adjust; `undefined` for no limit. */
  readonly adjustmentLimit: number | undefined;
  /**
   * The credentials for the engine. An engine outside AWS accepts any pair; for one that checks them these are the
   * operator's.
   */
  readonly credentials: NonNullable<TableConfig["credentials"]>;
};

/** A setting in the environment cannot be used. The message says which one and how to correct it. */
export class InvalidConfig extends Error {
  override readonly name = "InvalidConfig";
}

const defaultPort = 3000;

export function readLocalConfig(environment: NodeJS.ProcessEnv = process.env): LocalConfig {
  // What counts customers reads it itself. Here a mistyped value is refused at the start.
  readWithin(statisticsVariable, environment[statisticsVariable], statisticsEveryHours);
  return {
    port: readPort(environment["PORT"]),
    dataDirectory: environment["DATA_DIR"] || undefined,
    endpoint: readEndpoint(environment["DYNAMODB_ENDPOINT"]),
    region: readRegion(environment["AWS_REGION"]),
    adjustmentLimit: readWithin(adjustmentLimitVariable, environment[adjustmentLimitVariable], adjustmentLimits),
    credentials: {
      accessKeyId: environment["AWS_ACCESS_KEY_ID"] || "local",
      secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"] || "local",
      ...(environment["AWS_SESSION_TOKEN"] ? { sessionToken: environment["AWS_SESSION_TOKEN"] } : {}),
    },
  };
}

function readPort(text: string | undefined): number {
  if (text === undefined || text === "") return defaultPort;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new InvalidConfig(`PORT must be an integer from 0 to 65535; got ${JSON.stringify(text)}.`);
}

type Range = { readonly minimum: number; readonly maximum: number };

function readWithin(name: string, text: string | undefined, { minimum, maximum }: Range): number | undefined {
  if (text === undefined || text === "") return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= minimum && value <= maximum) return value;
  throw new InvalidConfig(`${name} must be an integer from ${minimum} to ${maximum}; got ${JSON.stringify(text)}.`);
}

function readRegion(text: string | undefined): string {
  if (text === undefined || text === "") return "us-east-1";
  if (/^[a-z0-9-]{1,63}$/.test(text)) return text;
  throw new InvalidConfig(`AWS_REGION must be the name of a region such as us-east-1; got ${JSON.stringify(text)}.`);
}

function readEndpoint(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (URL.canParse(text) && /^https?:/.test(text)) return text;
  throw new InvalidConfig(
    `DYNAMODB_ENDPOINT must be an http or https URL such as http://127.0.0.1:8000; got ${JSON.stringify(text)}.`,
  );
}
