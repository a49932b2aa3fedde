import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll } from "vitest";
import { hashSecret } from "../../shared/auth/secret.ts";
import type { AccessGroup } from "../../shared/domain/accessGroups.ts";
import { createCredential } from "../../shared/table/credentials.ts";
import type { TestGroup, TestOrg } from "./org.ts";
import type { TestService } from "./service.ts";

/** A brand's operator with a credential and a folder for files. */
export type Operator = {
  readonly org: TestOrg;
  readonly username: string;
  readonly secret: string;
  /**
   * The options that name the service and the credential. `baseUrl` stands for the service's address if it is given.
   */
  readonly access: (baseUrl?: string) => string[];
  /** Makes a file of these lines and answers its path. */
  readonly file: (name: string, ...lines: readonly string[]) => string;
};

/**
 * Call it once at the top of a test file. It answers a function that makes operators. Their folders are deleted after
 * the last test.
 */
export function useOperators(service: TestService): (accessGroup?: AccessGroup) => Promise<Operator> {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });
  return async (accessGroup = "admin") => {
    const folder = mkdtempSync(join(tmpdir(), "milestreak-cli-"));
    folders.push(folder);
    const org = await service.newOrg();
    const [username, secret] = [randomUUID(), randomUUID()];
    const credential = { username, org: org.org, accessGroup, secret: hashSecret(secret) };
    await createCredential(service.table, credential, Date.now());
    const file = (name: string, ...lines: readonly string[]) => {
      const path = join(folder, name);
      writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
      return path;
    };
    const secretFile = file("secret", secret);
    const access = (baseUrl = service.baseUrl) => [
      "--url",
      baseUrl,
      "--username",
      username,
      "--secret-file",
      secretFile,
    ];
    return { org, username, secret, access, file };
  };
}

export function targetOptions({ groupId, targetId }: TestGroup): string[] {
  return ["--group", String(groupId), "--target", String(targetId)];
}

export async function newCustomers({ org }: Operator, count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, () => org.newCustomer()));
}

/** The latest result of each row in the result file, by line. */
export function readResults(path: string): Map<number, { outcome: string; code: string; customerId: string }> {
  const rows: Record<string, string>[] = parse(readFileSync(path, "utf8"), { columns: true });
  return new Map(
    rows
      .filter(({ line }) => line !== "0")
      .map(({ line, outcome = "", code = "", customerId = "" }) => [Number(line), { outcome, code, customerId }]),
  );
}
