import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { Call } from "../calls.ts";
import { AnswerShown } from "../forms/answerShown.tsx";
import { FaultsContext, faultsOf } from "../forms/faults.tsx";
import { Question } from "../forms/question.tsx";
import { RequestShown } from "../forms/requestShown.tsx";
import type { Group } from "../model.ts";
import type { Answer } from "../session/api.ts";
import { useSession } from "../session/session.ts";
import { useSending } from "../session/useSending.ts";

/** The data that each form of a group is made from. */
export type EditProps = {
  readonly group: Group;
  /** Reads the group anew, because it has been edited. */
  readonly onReadAgain: () => void;
};

type Asked = { readonly question: string; readonly no: string; readonly yes: string };

type Props = {
  /** The call that the button sends. It is `undefined` while the form asks for nothing. */
  readonly call: Call | undefined;
  readonly button: string;
  /** What the edit does, and to whom. */
  readonly consequences: string;
  /** The question that is asked before the call is sent. */
  readonly asked?: Asked | undefined;
  readonly children?: ComponentChildren;
  /** What to do when there was no answer. */
  readonly unanswered?: string;
  readonly describe?: (answer: Answer) => readonly string[];
  /** The call was accepted. */
  readonly onDone: (answer: Answer) => void;
  /** Reads the group anew. A group that is not there yet has nothing to read. */
  readonly onReadAgain?: () => void;
};

/** A form that creates or edits a group: its inputs, what the edit will do, the answer and the request. */
export function GroupForm({
  call,
  button,
  consequences,
  asked,
  children,
  unanswered = "The change may have been made. Load the page again to see.",
  describe = describeEdited,
  onDone,
  onReadAgain,
}: Props) {
  const { api } = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  const { outcome, isBusy, send, forget } = useSending();
  const complete = call === undefined ? undefined : api.complete(call);
  const sendEdit = async () => {
    if (complete === undefined) return;
    const answer = await send(complete);
    if (answer?.errors.length === 0) onDone(answer);
  };
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (asked === undefined) void sendEdit();
          else dialog.current?.showModal();
        }}
      >
        <FaultsContext.Provider value={typeof outcome === "object" ? faultsOf(outcome.errors) : []}>
          {children}
        </FaultsContext.Provider>
        <p class="notice">{consequences}</p>
        <button type="submit" class="primary" disabled={isBusy || complete === undefined}>
          {button}
        </button>
      </form>
      <AnswerShown outcome={outcome} unanswered={unanswered} describe={describe} />
      {onReadAgain !== undefined && typeof outcome === "object" && outcome.status === otherVersion ? (
        <OtherVersion
          onReadAgain={() => {
            forget();
            onReadAgain();
          }}
        />
      ) : null}
      {complete === undefined ? null : <RequestShown call={complete} />}
      {asked === undefined ? null : (
        <Question dialog={dialog} consequences={consequences} {...asked} onYes={() => void sendEdit()} />
      )}
    </>
  );
}

const otherVersion = 412;

/** Says that the edit was decided on a group that is no longer so. */
function OtherVersion({ onReadAgain }: { readonly onReadAgain: () => void }) {
  return (
    <div class="notice bad" role="alert">
      <p>
        Somebody else has changed this group since it was shown here. Nothing of yours was written. Load it again, and
        send again if you still want to. What you have typed stays.
      </p>
      <p>
        <button type="button" onClick={onReadAgain}>
          Load it again
        </button>
      </p>
    </div>
  );
}

function describeEdited({ data }: Answer): readonly string[] {
  return [isVersioned(data) ? `Done. The group is at version ${data.version}.` : "Done."];
}

function isVersioned(data: unknown): data is { readonly version: number } {
  return typeof data === "object" && data !== null && "version" in data;
}
