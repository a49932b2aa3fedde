import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join, resolve } from "node:path";

/** A package registry on this machine. Installations need no network, and the registry knows what they asked for. */
export type InstalledRegistry = {
  readonly url: string;
  /** The names of the packages that were asked for, each once. */
  readonly asked: ReadonlySet<string>;
  readonly close: () => Promise<void>;
};

type Manifest = { readonly name: string; readonly version: string };

/** Serves the packages below `node_modules` in their installed versions. Any other package is answered 404. */
export async function startInstalledRegistry(folder: string): Promise<InstalledRegistry> {
  const asked = new Set<string>();
  const server = createServer(({ url = "/" }, response) => {
    const [, name = "", isFile] = /^\/(.+?)(\/-\/file\.tgz)?$/.exec(decodeURIComponent(url)) ?? [];
    const manifest = readManifest(name);
    asked.add(name);
    if (manifest === undefined) response.writeHead(404).end();
    else if (isFile === undefined) response.end(JSON.stringify(packument(manifest, urlOf(server))));
    else response.end(readFileSync(pack(name, folder)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { url: urlOf(server), asked, close };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The registry has no port");
  return `http://127.0.0.1:${address.port}`;
}

function readManifest(name: string): Manifest | undefined {
  try {
    const manifest: Manifest = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
    return manifest;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function packument(manifest: Manifest, url: string): unknown {
  const { name, version } = manifest;
  const dist = { tarball: `${url}/${name}/-/file.tgz` };
  return { name, "dist-tags": { latest: version }, versions: { [version]: { ...manifest, dist } } };
}

/** Packs a package's folder as `npm publish` would upload it, and answers the path of the archive. */
export function pack(name: string, folder: string): string {
  const source = name.startsWith("./") ? name : `./node_modules/${name}`;
  const parameters = ["pack", resolve(source), "--json", "--pack-destination", folder];
  const [packed]: { filename: string }[] = JSON.parse(execFileSync("npm", parameters, { encoding: "utf8" }));
  if (packed === undefined) throw new Error(`npm packed nothing of ${source}`);
  return join(folder, packed.filename);
}
