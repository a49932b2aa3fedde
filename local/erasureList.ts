import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ErasureRecord } from "../shared/domain/erasing.ts";

/** Records a request to erase a customer outside the table. To record it again changes nothing. */
export type RecordErasure = (record: { readonly name: string; readonly content: ErasureRecord }) => Promise<void>;

/** The list of erasures on a laptop: a folder with a file for each, beside the engine's data. */
export function erasureListIn(dataDirectory: string): RecordErasure {
  return async ({ name, content }) => {
    const path = join(dataDirectory, "erasures", name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${JSON.stringify(content)}\n`);
  };
}

/** Without a folder nothing outlives the engine, and there is nothing to restore. */
export const noErasureList: RecordErasure = async () => undefined;
