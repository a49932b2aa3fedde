import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";

const file = "build/sbom.json";

type Component = {
  readonly "bom-ref": string;
  readonly scope?: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
};

type CycloneDx = {
  readonly bomFormat?: unknown;
  readonly specVersion?: unknown;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
};

/**
 * `npm run sbom`: writes the bill of materials of everything that is deployed or published, by the lock file. It fails
 * when npm writes no bill, or one that is not CycloneDX.
 */
function main(): void {
  const whole = wholeBill();
  if (whole.bomFormat !== "CycloneDX") throw new Error("npm sbom did not write CycloneDX");
  const bill = withoutTools(whole);
  if (bill.components.length === 0) throw new Error("npm sbom names no package");
  mkdirSync("build", { recursive: true });
  writeFileSync(file, JSON.stringify(bill, undefined, 2));
  console.log(`${file}: ${bill.components.length} packages, CycloneDX ${String(bill.specVersion)}`);
}

function wholeBill(): CycloneDx {
  const command = ["sbom", "--sbom-format=cyclonedx", "--package-lock-only"];
  const { status, stdout, stderr } = spawnSync("npm", command, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) throw new Error(`npm sbom failed: ${stderr}`);
  return JSON.parse(stdout);
}

/**
 * The bill without tools. With `--omit=dev` npm also leaves out packages that are shipped and that a tool needs too,
 * such as @aws-sdk/core. So the tools are removed here.
 */
function withoutTools(bill: CycloneDx): CycloneDx {
  const components = bill.components.filter((each) => each.scope !== "optional" && !isForDevelopment(each));
  const refs = new Set([bill.metadata.component, ...components].map((each) => each["bom-ref"]));
  const dependencies = bill.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) }));
  return { ...bill, components, dependencies };
}

function isForDevelopment({ properties = [] }: Component): boolean {
  return properties.some(({ name, value }) => name === "cdx:npm:package:development" && value === "true");
}

main();
