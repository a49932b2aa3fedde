import type { RefObject } from "preact";

type Props = {
  readonly dialog: RefObject<HTMLDialogElement | null>;
  readonly question: string;
  readonly consequences: string;
  /** The name of the button that sends nothing. */
  readonly no: string;
  readonly yes: string;
  readonly onYes: () => void;
};

/** Asks before a call is sent that cannot be taken back entirely. */
export function Question({ dialog, question, consequences, no, yes, onYes }: Props) {
  const close = () => dialog.current?.close();
  return (
    <dialog ref={dialog} aria-labelledby="question" aria-describedby="consequences">
      <h3 id="question">{question}</h3>
      <p id="consequences">{consequences}</p>
      <p class="buttons">
        <button type="button" onClick={close}>
          {no}
        </button>
        <button
          type="button"
          class="danger"
          onClick={() => {
            close();
            onYes();
          }}
        >
          {yes}
        </button>
      </p>
    </dialog>
  );
}
