import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type Call, excuseCall, freezesCall, type TargetRef } from "../calls.ts";
import { AnswerShown } from "../forms/answerShown.tsx";
import { FaultsContext, faultsOf } from "../forms/faults.tsx";
import { Field } from "../forms/field.tsx";
import { RequestShown } from "../forms/requestShown.tsx";
import { Unfolded } from "../forms/unfolded.tsx";
import type { Answer } from "../session/api.ts";
import { useSession } from "../session/session.ts";
import { useSending } from "../session/useSending.ts";
import { formatSpan } from "../time.ts";
import { describeForgiveness } from "./describeOutcome.ts";
import type { CustomerCycle, Enrollment } from "./enrollments.ts";

type Props = {
  readonly enrollment: Enrollment;
  readonly customerId: number;
  readonly onSent: () => void;
};

/** Excuses one cycle, or takes its excuse back. A repeat changes nothing. */
export function ExcuseForm({ enrollment, customerId, cycle, onSent }: Props & { readonly cycle: CustomerCycle }) {
  const [reason, setReason] = useState("");
  const { refCode, span, isExcused } = cycle;
  const action = isExcused ? "unExcuse" : "excuse";
  return (
    <ForgivenessForm
      legend={isExcused ? `Take back the excuse of ${refCode}` : `Excuse ${refCode}`}
      place={placeOf(enrollment, refCode)}
      button={isExcused ? "Take the excuse back" : "Excuse"}
      call={excuseCall(refOf(enrollment), action, { customerId, periodName: refCode, reason })}
      onAnswered={(answer) => {
        if (answer.errors.length === 0) setReason("");
        onSent();
      }}
    >
      <p class="muted">
        {formatSpan(span)}. {isExcused ? whatUnExcusingDoes : whatExcusingDoes}
      </p>
      <Reason reason={reason} onChange={setReason} />
    </ForgivenessForm>
  );
}

const whatExcusingDoes =
  "An excused cycle that is not met does not break the run, and takes no freeze. If it is met, it counts.";
const whatUnExcusingDoes = "The run is worked out anew without the excuse. Levels that were reached stay.";

/** Gives more freezes, where somebody unfolds the form. */
export function FreezesForm(props: Props) {
  return (
    <Unfolded summary="Give freezes">
      <GrantForm {...props} />
    </Unfolded>
  );
}

/** The id of the grant stays until the call is decided, so a repeat counts once. */
function GrantForm({ enrollment, customerId, onSent }: Props) {
  const [key, setKey] = useState<string>(() => crypto.randomUUID());
  const [amount, setAmount] = useState("1");
  const [reason, setReason] = useState("");
  return (
    <ForgivenessForm
      legend="Give freezes"
      place={placeOf(enrollment, "freezes")}
      button="Give"
      call={freezesCall(refOf(enrollment), { grantId: `console:${key}`, customerId, amount, reason })}
      onAnswered={({ status, errors }) => {
        if (status < 500) setKey(crypto.randomUUID());
        if (errors.length === 0) setReason("");
        onSent();
      }}
    >
      <p class="muted">A freeze keeps the run when a cycle is missed. A customer has at most 10 of them.</p>
      <Field
        label="How many"
        type="number"
        required
        min="1"
        max="10"
        path="amount"
        value={amount}
        onChange={setAmount}
      />
      <Reason reason={reason} onChange={setReason} />
    </ForgivenessForm>
  );
}

function Reason({ reason, onChange }: { readonly reason: string; readonly onChange: (reason: string) => void }) {
  return (
    <Field
      label="Reason"
      required
      placeholder="stays in the history, so name no person"
      path="reason"
      value={reason}
      onChange={onChange}
    />
  );
}

function refOf({ groupId, targetId }: Enrollment): TargetRef {
  return { groupId, targetId };
}

/** Names the form among the others of the page. */
function placeOf({ groupName, targetName }: Enrollment, what: string): string {
  return `${what} of ${targetName}, in ${groupName}`;
}

type FormProps = {
  readonly legend: string;
  readonly place: string;
  readonly button: string;
  readonly call: Call;
  readonly onAnswered: (answer: Answer) => void;
  readonly children: ComponentChildren;
};

function ForgivenessForm({ legend, place, button, call, onAnswered, children }: FormProps) {
  const { api } = useSession();
  const { outcome, isBusy, send } = useSending();
  const complete = api.complete(call);
  const sendCall = async () => {
    const answer = await send(complete);
    if (answer !== undefined) onAnswered(answer);
  };
  return (
    <div class="part">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void sendCall();
        }}
      >
        <fieldset class="fields">
          <legend>{legend}</legend>
          <FaultsContext.Provider value={typeof outcome === "object" ? faultsOf(outcome.errors) : []}>
            {children}
          </FaultsContext.Provider>
        </fieldset>
        <button type="submit" class="primary" disabled={isBusy}>
          {button}
        </button>
      </form>
      <AnswerShown
        heading={`Answer for ${place}`}
        outcome={outcome}
        unanswered="Sending again repeats the same call."
        describe={describeForgiveness}
      />
      <RequestShown call={complete} label={`Request for ${place}`} />
    </div>
  );
}
