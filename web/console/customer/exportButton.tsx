import { useState } from "preact/hooks";
import { get } from "../calls.ts";
import { Failure } from "../notice.tsx";
import { counted } from "../numbers.ts";
import { explain } from "../reading.ts";
import type { Api } from "../session/api.ts";
import { useSession } from "../session/session.ts";
import type { WireExport } from "../wire.ts";

/** A browser reads the file after the click, so its address must live longer than that. */
const addressLifeMilliseconds = 60_000;

/** Saves all that is stored of a customer as a file with a row in each line. */
export function ExportButton({ customerId }: { readonly customerId: number }) {
  const { api } = useSession();
  const [isBusy, setBusy] = useState(false);
  const [progress, setProgress] = useState("");
  const [failure, setFailure] = useState<string>();
  const save = async () => {
    setBusy(true);
    setFailure(undefined);
    try {
      const lines = await readExport(api, customerId, (count) => setProgress(`${counted(count, "row")} read …`));
      saveFile(lines, `customer-${customerId}.ndjson`);
      setProgress(`${counted(lines.length, "row")} saved. The file holds personal data.`);
    } catch (error) {
      setProgress("");
      setFailure(explain(error));
    }
    setBusy(false);
  };
  return (
    <>
      <p>
        <button type="button" disabled={isBusy} onClick={() => void save()}>
          Save everything as a file
        </button>{" "}
        <span role="status">{progress}</span>
      </p>
      {failure === undefined ? null : <Failure message={failure} />}
    </>
  );
}

/** All pages. Without one of them there is no file, because nobody would see that rows are missing. */
async function readExport(api: Api, customerId: number, onRead: (count: number) => void): Promise<readonly string[]> {
  const lines: string[] = [];
  let query = "";
  for (;;) {
    const { rows, nextCursor } = await api.read<WireExport>(get(`/customers/${customerId}/export${query}`));
    lines.push(...rows.map((row) => JSON.stringify(row)));
    if (nextCursor === null) return lines;
    onRead(lines.length);
    query = `?cursor=${encodeURIComponent(nextCursor)}`;
  }
}

function saveFile(lines: readonly string[], name: string): void {
  const content = new Blob(
    lines.map((line) => `${line}\n`),
    { type: "application/x-ndjson" },
  );
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), addressLifeMilliseconds);
}
