import { readFileSync } from "node:fs";
import { filesInConsole, filesInLambdas } from "../bundledFiles.ts";

type LockedPackage = {
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
};

type Place = "Lambdas" | "console" | "API reference" | "client";

/** A foreign package that is shipped: its licence as the package names it, and those of our parts that contain it. */
export type ShippedPackage = { readonly name: string; readonly licence: string; readonly places: readonly Place[] };

/** The files of the API reference are this package's, unchanged. */
const referencePackage = "swagger-ui-dist";

/**
 * The packages that are shipped, sorted by name. They are the `dependencies` of package.json and of the client with
 * their own dependencies, by the lock file, and all other packages of which a bundle contains anything. The packages
 * must be installed.
 */
export async function shippedPackages(): Promise<ShippedPackage[]> {
  const bundled: Record<Place, ReadonlySet<string>> = {
    Lambdas: new Set((await filesInLambdas()).flatMap(packageOf)),
    console: new Set((await filesInConsole()).flatMap(packageOf)),
    "API reference": new Set([referencePackage]),
    client: packagesOfClient(),
  };
  const names = new Set([...productionPackages(), ...Object.values(bundled).flatMap((each) => [...each])]);
  return [...names].toSorted().map((name) => ({ name, licence: licenceOf(name), places: placesOf(name, bundled) }));
}

function placesOf(name: string, bundled: Record<Place, ReadonlySet<string>>): Place[] {
  const places: readonly Place[] = ["Lambdas", "console", "API reference", "client"];
  return places.filter((place) => bundled[place].has(name));
}

/** The place of the package in the lock file without its first folder, which is its name unless it is in another. */
function packageOf(path: string): string[] {
  const [, name] = /^node_modules\/((?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  return name === undefined ? [] : [name];
}

function lockedPackages(): Record<string, LockedPackage> {
  return JSON.parse(readFileSync("package-lock.json", "utf8")).packages;
}

function productionPackages(): string[] {
  return Object.entries(lockedPackages()).flatMap(([path, { dev, devOptional, optional, link }]) =>
    dev || devOptional || optional || link ? [] : packageOf(path),
  );
}

function packagesOfClient(): Set<string> {
  const packages = lockedPackages();
  const found = new Set<string>();
  const waiting = Object.keys(packages.client?.dependencies ?? {});
  for (const name of waiting) {
    if (found.has(name)) continue;
    found.add(name);
    waiting.push(...Object.keys(packages[`node_modules/${name}`]?.dependencies ?? {}));
  }
  return found;
}

function licenceOf(name: string): string {
  const { license }: { license?: unknown } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
  return typeof license === "string" ? license : "none named";
}
