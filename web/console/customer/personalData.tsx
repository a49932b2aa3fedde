import { useRef, useState } from "preact/hooks";
import { eraseCall } from "../calls.ts";
import { AnswerShown } from "../forms/answerShown.tsx";
import { Choice } from "../forms/choice.tsx";
import { Question } from "../forms/question.tsx";
import { RequestShown } from "../forms/requestShown.tsx";
import { Unfolded } from "../forms/unfolded.tsx";
import { useSession } from "../session/session.ts";
import { useSending } from "../session/useSending.ts";
import type { WireErasure } from "../wire.ts";
import { ErasureState } from "./erasureState.tsx";
import { ExportButton } from "./exportButton.tsx";

type Props = {
  readonly customerId: number;
  /** The customer was erased or anonymised. */
  readonly onChanged: () => void;
};

/** Exports, anonymises and erases what is stored of a customer. It is folded, because it is rare and grave. */
export function PersonalData(props: Props) {
  return (
    <section class="card" aria-labelledby="personal-data">
      <h2 id="personal-data">Personal data</h2>
      <Unfolded summary="Export, anonymise or erase">
        <ExportButton customerId={props.customerId} />
        <ErasureForm {...props} />
      </Unfolded>
    </section>
  );
}

type Mode = WireErasure["mode"];

/** Asks twice: by the button, and by the customer's id, which has to be typed. */
function ErasureForm({ customerId, onChanged }: Props) {
  const { api } = useSession();
  const [mode, setMode] = useState<Mode>("ANONYMISE");
  const [version, setVersion] = useState(0);
  const question = useRef<HTMLDialogElement>(null);
  const { outcome, isBusy, send } = useSending();
  const call = api.complete(eraseCall(customerId, mode));
  const erase = async () => {
    const answer = await send(call);
    if (answer?.errors.length !== 0) return;
    setVersion(version + 1);
    onChanged();
  };
  const { verb, consequences } = modes[mode];
  return (
    <>
      <ErasureState customerId={customerId} version={version} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          question.current?.showModal();
        }}
      >
        <Choice
          legend="What to do with the data"
          names={modeNames}
          order={["ANONYMISE", "ERASE"]}
          chosen={mode}
          onChange={setMode}
        />
        <p class="notice">{consequences}</p>
        <p class="buttons">
          <button type="submit" class="danger" disabled={isBusy}>
            {verb} customer {customerId} …
          </button>
        </p>
      </form>
      <AnswerShown
        heading="Answer about the data"
        outcome={outcome}
        unanswered="Sending again is safe, because a repeat is the same request."
        describe={() => ["Asked for. How far it is stands above."]}
      />
      <RequestShown call={call} label="Request about the data" />
      <Question
        dialog={question}
        question={`${verb} customer ${customerId}? This cannot be undone.`}
        consequences={consequences}
        no="Leave everything as it is"
        yes={`Yes, ${verb.toLowerCase()}`}
        wanted={String(customerId)}
        onYes={() => void erase()}
      />
    </>
  );
}

const modeNames = { ANONYMISE: "Anonymise", ERASE: "Erase" } as const satisfies Record<Mode, string>;

const modes = {
  ANONYMISE: {
    verb: "Anonymise",
    consequences:
      "Names, the external id, the texts in attributes of activities and the reasons of corrections are emptied. Sums, history and enrolments stay, and the customer goes on under the id.",
  },
  ERASE: {
    verb: "Erase",
    consequences:
      "Everything goes but the id and the time. Each later call for this customer is refused, and so is each activity that is sent again. The id is given to nobody again. Before, note the external id, if there is one: whoever deletes the customer's dead letters of the queue needs it, and nothing knows it afterwards.",
  },
} as const satisfies Record<Mode, { readonly verb: string; readonly consequences: string }>;
