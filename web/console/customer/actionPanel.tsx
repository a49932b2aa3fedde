import { useRef, useState } from "preact/hooks";
import { simulated, type TargetRef } from "../calls.ts";
import { AnswerShown } from "../forms/answerShown.tsx";
import { Choice } from "../forms/choice.tsx";
import { FaultsContext, faultsOf } from "../forms/faults.tsx";
import { Question } from "../forms/question.tsx";
import { RequestShown } from "../forms/requestShown.tsx";
import type { Group } from "../model.ts";
import { useSession } from "../session/session.ts";
import { useSending } from "../session/useSending.ts";
import {
  type ActionFields,
  type ActionName,
  callOf,
  emptyFields,
  fieldsAfter,
  type InputsProps,
} from "./actionFields.ts";
import { ActivityInputs, AdjustInputs, EnrollInputs } from "./actionInputs.tsx";
import { describeOutcome, describeTrial } from "./describeOutcome.ts";
import { nameOfTarget, refOf, TargetSelect } from "./targetSelect.tsx";

type Props = {
  readonly customerId: number;
  readonly groups: readonly Group[];
  readonly own: readonly TargetRef[];
  readonly onSent: () => void;
};

/**
 * Forms that change something. While they are filled in, the panel shows the request. Afterwards it shows the answer.
 */
export function ActionPanel({ customerId, groups, own, onSent }: Props) {
  const { api, permissions } = useSession();
  const [fields, setFields] = useState(() => emptyFields(groups, own));
  const question = useRef<HTMLDialogElement>(null);
  const { outcome, isBusy, send } = useSending();
  const [tried, setTried] = useState<ActionName>();
  const change = (changed: Partial<ActionFields>) => setFields((current) => ({ ...current, ...changed }));
  const call = api.complete(callOf(fields, customerId, api.now()));
  const tryAction = async () => {
    setTried(fields.action);
    await send(simulated(call));
  };
  const sendAction = async () => {
    setTried(undefined);
    const answer = await send(call);
    // Without an answer the same call can be repeated safely.
    if (answer === undefined) return;
    change(fieldsAfter(fields, answer));
    onSent();
  };
  return (
    <section class="card actions" aria-labelledby="actions">
      <h2 id="actions">Actions</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (event.submitter?.id === tryId) void tryAction();
          else if (fields.action === "unenroll") question.current?.showModal();
          else void sendAction();
        }}
      >
        <Choice
          legend="What to do"
          names={actionNames}
          order={actions.filter((action) => permissions[action === "adjust" ? "adjust" : "enroll"])}
          chosen={fields.action}
          onChange={(action) => change({ action })}
        />
        <FaultsContext.Provider value={typeof outcome === "object" ? faultsOf(outcome.errors) : []}>
          <Inputs fields={fields} groups={groups} own={own} onChange={change} />
        </FaultsContext.Provider>
        <p class="buttons">
          <button type="submit" class="primary" disabled={isBusy}>
            {buttonNames[fields.action]}
          </button>
          {fields.action === "adjust" ? null : (
            <button type="submit" id={tryId} title="Says what would change, and writes nothing" disabled={isBusy}>
              Try
            </button>
          )}
        </p>
      </form>
      <AnswerShown
        outcome={outcome}
        unanswered="Sending again repeats the same call."
        describe={(answer) =>
          tried === undefined ? describeOutcome(answer, groups) : describeTrial(tried, answer, groups)
        }
      />
      <RequestShown call={call} />
      <Question
        dialog={question}
        question={`Un-enrol customer ${customerId} from ${nameOfTarget(refOf(fields.target), groups)}?`}
        consequences={unenrollConsequences}
        no="Keep enrolled"
        yes="Yes, un-enrol"
        onYes={() => void sendAction()}
      />
    </section>
  );
}

/** A re-enrolment does not bring back everything that an un-enrolment takes away. */
const unenrollConsequences =
  "The customer leaves the current cycle and all later ones. What earlier cycles earned stays. A reward that waits for the end of the current cycle is not granted.";

/** Both buttons submit the form, so that the browser checks the fields for both. */
const tryId = "try";

const actions: readonly ActionName[] = ["enroll", "unenroll", "activity", "adjust"];
const actionNames = {
  enroll: "Enrol",
  unenroll: "Un-enrol",
  activity: "Activity",
  adjust: "Adjust",
} as const satisfies Record<ActionName, string>;
const buttonNames = {
  enroll: "Enrol or re-enrol",
  unenroll: "Un-enrol",
  activity: "Record activity",
  adjust: "Adjust",
} as const satisfies Record<ActionName, string>;

function Inputs(props: InputsProps) {
  const { fields, groups, own, onChange } = props;
  if (fields.action === "activity") return <ActivityInputs fields={fields} onChange={onChange} />;
  return (
    <>
      <TargetSelect
        label="Target"
        groups={groups}
        own={own}
        value={fields.target}
        onChange={(target) => onChange({ target, periodName: "", adjustedCycle: "" })}
      />
      {fields.action === "enroll" ? <EnrollInputs {...props} /> : null}
      {fields.action === "adjust" ? <AdjustInputs {...props} /> : null}
    </>
  );
}
