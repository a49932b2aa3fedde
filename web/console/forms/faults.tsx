import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { WireError } from "../wire.ts";

/** What the API says about a field, such as `targets[0].name`. */
type Fault = { readonly path: string; readonly message: string };

/** The faults of the last call of the form around. A field shows its own. */
export const FaultsContext = createContext<readonly Fault[]>([]);

const noSuchCycle = 310019;

/**
 * The faults that name a field. The name begins the sentence, because an answer has no other place for it. A cycle has a code
 * of its own.
 */
export function faultsOf(errors: readonly WireError[]): readonly Fault[] {
  return errors.flatMap(({ code, message }) => {
    if (code === noSuchCycle) return [{ path: "periodName", message }];
    const [, sentence, path] = /^Invalid input\. (([\w.[\]]+) .*)$/s.exec(message) ?? [];
    return sentence === undefined || path === undefined ? [] : [{ path, message: sentence }];
  });
}

/** The messages about the field, and about anything in it. Without a path there are none. */
export function useFaults(path: string | undefined): readonly string[] {
  const faults = useContext(FaultsContext);
  if (path === undefined) return [];
  const isIn = (fault: Fault) => fault.path.startsWith(`${path}.`) || fault.path.startsWith(`${path}[`);
  return faults.filter((fault) => fault.path === path || isIn(fault)).map(({ message }) => message);
}

/** Shows what the API says about a row as a whole, such as a filter that compares nothing. */
export function RowFaults({ path }: { readonly path: string }) {
  const faults = useContext(FaultsContext);
  return <FaultList messages={faults.filter((fault) => fault.path === path).map(({ message }) => message)} />;
}

/** Shows the messages under a field. The `id` lets the field name them as its description. */
export function FaultList({ messages, id }: { readonly messages: readonly string[]; readonly id?: string }) {
  if (messages.length === 0) return null;
  return (
    <p class="fault" id={id}>
      {messages.join(" ")}
    </p>
  );
}
