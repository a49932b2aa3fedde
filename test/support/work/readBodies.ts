import { RequestRefused } from "../../../shared/http/errors.ts";
import { parseActivityRequest } from "../../../shared/http/requests/activityRequest.ts";
import * as schemas from "../../../shared/http/requests/schemas.ts";
import { unknownFieldWarnings } from "../../../shared/http/requests/validation.ts";
import { readJson } from "../readJson.ts";

/** Texts of about the given number of bytes. Code whose work grows faster than its input reads them slowly. */
const shapes: Readonly<Record<string, (bytes: number) => string>> = {
  zeros: (bytes) => `{"key":1${"0".repeat(bytes)}1}`,
  "zeros of a fraction": (bytes) => `{"amount":1.${"0".repeat(bytes)}1}`,
  digits: (bytes) => `{"key":${"9".repeat(bytes)}}`,
  "an exponent": (bytes) => `{"key":1e${"1".repeat(bytes)}}`,
  "long numbers": (bytes) => `[${`1${"0".repeat(98)}1,`.repeat(bytes / 101)}1]`,
  blanks: (bytes) => `{"name":"${" ".repeat(bytes)}x"}`,
  "a date": (bytes) => `{"occurredAt":"2026-01-01T00:00:00.${"0".repeat(bytes)}"}`,
  fields: (bytes) => `{${Array.from({ length: bytes / 10 }, (_, index) => `"f${index}":1`).join()}}`,
  attributes: (bytes) => `{"attributes":{${Array.from({ length: bytes / 10 }, (_, n) => `"f${n}":1`).join()}}}`,
  brackets: (bytes) => "[".repeat(bytes),
  "strings that do not end": (bytes) => '"\\'.repeat(bytes / 2),
  escapes: (bytes) => `{"name":"${"\\n".repeat(bytes / 2)}"}`,
  signs: (bytes) => "-".repeat(bytes),
  "numbers that are not exact": (bytes) => `[${"1e400,".repeat(bytes / 6)}1]`,
  "empty objects": (bytes) => `{"targets":[${"{},".repeat(bytes / 3)}{}]}`,
};

/** Reads a body of every shape as the routes do, and prints one line for each. */
async function readAll(bytes: number): Promise<void> {
  for (const [name, write] of Object.entries(shapes)) {
    for (const read of [readDefinition, readActivity]) await read(write(bytes)).catch(ignoreRefusal);
    console.log(`${name} of ${bytes} bytes`);
  }
}

async function readDefinition(text: string): Promise<void> {
  unknownFieldWarnings(schemas.createTargetGroup, await readJson(text));
}

async function readActivity(text: string): Promise<void> {
  parseActivityRequest(await readJson(text), 0);
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof RequestRefused)) throw error;
}

for (const kilobytes of process.argv.slice(2)) await readAll(Number(kilobytes) * 1024);
