import type { RefObject } from "preact";

type Props = {
  readonly dialog: RefObject<HTMLDialogElement | null>;
  readonly customerId: number;
  readonly target: string;
  readonly onYes: () => void;
};

/** Asks before an un-enrolment is sent, because a re-enrolment does not bring back everything it takes away. */
export function UnenrollQuestion({ dialog, customerId, target, onYes }: Props) {
  const close = () => dialog.current?.close();
  return (
    <dialog ref={dialog} aria-labelledby="unenroll-question" aria-describedby="unenroll-consequences">
      <h3 id="unenroll-question">
        Un-enrol customer {customerId} from {target}?
      </h3>
      <p id="unenroll-consequences">
        The customer leaves the current cycle and all later ones. What earlier cycles earned stays. A reward that waits
        for the end of the current cycle is not granted.
      </p>
      <p class="buttons">
        <button type="button" onClick={close}>
          Keep enrolled
        </button>
        <button
          type="button"
          class="danger"
          onClick={() => {
            close();
            onYes();
          }}
        >
          Yes, un-enrol
        </button>
      </p>
    </dialog>
  );
}
