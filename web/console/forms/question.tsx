import type { RefObject } from "preact";
import { useId, useState } from "preact/hooks";
import { Field } from "./field.tsx";

type Props = {
  readonly dialog: RefObject<HTMLDialogElement | null>;
  readonly question: string;
  readonly consequences: string;
  /** The name of the button that sends nothing. */
  readonly no: string;
  readonly yes: string;
  /** What has to be typed before the answer can be yes. */
  readonly wanted?: string;
  readonly onYes: () => void;
};

/** Asks before a call is sent that cannot be taken back entirely. */
export function Question({ dialog, question, consequences, no, yes, wanted, onYes }: Props) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const close = () => dialog.current?.close();
  return (
    <dialog
      ref={dialog}
      aria-labelledby={`${id}-question`}
      aria-describedby={`${id}-consequences`}
      onClose={() => setTyped("")}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          close();
          onYes();
        }}
      >
        <h3 id={`${id}-question`}>{question}</h3>
        <p id={`${id}-consequences`}>{consequences}</p>
        {wanted === undefined ? null : <Field label={`Type ${wanted} to confirm`} value={typed} onChange={setTyped} />}
        <p class="buttons">
          <button type="button" onClick={close}>
            {no}
          </button>
          <button type="submit" class="danger" disabled={wanted !== undefined && typed.trim() !== wanted}>
            {yes}
          </button>
        </p>
      </form>
    </dialog>
  );
}
