import { useRef, useState } from "preact/hooks";
import type { TargetRef } from "../calls.ts";
import type { Group } from "../model.ts";
import { explain } from "../reading.ts";
import type { Answer } from "../session/api.ts";
import { useSession } from "../session/session.ts";
import { type ActionFields, type ActionName, callOf, emptyFields, type InputsProps } from "./actionFields.ts";
import { ActivityInputs, EnrollInputs } from "./actionInputs.tsx";
import { AnswerShown } from "./answerShown.tsx";
import { RequestShown } from "./requestShown.tsx";
import { nameOfTarget, refOf, TargetSelect } from "./targetSelect.tsx";
import { UnenrollQuestion } from "./unenrollQuestion.tsx";

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
  const { api } = useSession();
  const [fields, setFields] = useState(() => emptyFields(groups, own));
  const question = useRef<HTMLDialogElement>(null);
  const [outcome, setOutcome] = useState<Answer | string>();
  const [isBusy, setBusy] = useState(false);
  const change = (changed: Partial<ActionFields>) => setFields((current) => ({ ...current, ...changed }));
  const call = api.complete(callOf(fields, customerId, api.now()));
  const send = async () => {
    setBusy(true);
    setOutcome(undefined);
    const answer = await trySending(() => api.send(call));
    setBusy(false);
    setOutcome(answer);
    if (typeof answer === "string") return;
    // The call was answered, so the next one gets a key of its own. Without an answer the same call can be repeated
    // safely.
    change({ key: crypto.randomUUID() });
    onSent();
  };
  return (
    <section class="card actions" aria-labelledby="actions">
      <h2 id="actions">Actions</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (fields.action === "unenroll") question.current?.showModal();
          else void send();
        }}
      >
        <ActionChoice chosen={fields.action} onChange={(action) => change({ action })} />
        <Inputs fields={fields} groups={groups} own={own} onChange={change} />
        <button type="submit" class="primary" disabled={isBusy}>
          {buttonNames[fields.action]}
        </button>
      </form>
      <AnswerShown outcome={outcome} />
      <RequestShown call={call} />
      <UnenrollQuestion
        dialog={question}
        customerId={customerId}
        target={nameOfTarget(refOf(fields.target), groups)}
        onYes={() => void send()}
      />
    </section>
  );
}

/** The answer, or why there is none. */
async function trySending(send: () => Promise<Answer>): Promise<Answer | string> {
  try {
    return await send();
  } catch (error) {
    return explain(error);
  }
}

const actionNames = { enroll: "Enrol", unenroll: "Un-enrol", activity: "Activity" } as const satisfies Record<
  ActionName,
  string
>;
const buttonNames = {
  enroll: "Enrol or re-enrol",
  unenroll: "Un-enrol",
  activity: "Record activity",
} as const satisfies Record<ActionName, string>;

type ChoiceProps = { readonly chosen: ActionName; readonly onChange: (action: ActionName) => void };

function ActionChoice({ chosen, onChange }: ChoiceProps) {
  const names: readonly ActionName[] = ["enroll", "unenroll", "activity"];
  return (
    <fieldset class="choice">
      <legend class="hidden">What to do</legend>
      {names.map((name) => (
        <label key={name}>
          <input type="radio" name="action" checked={name === chosen} onChange={() => onChange(name)} />
          <span>{actionNames[name]}</span>
        </label>
      ))}
    </fieldset>
  );
}

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
        onChange={(target) => onChange({ target, periodName: "" })}
      />
      {fields.action === "enroll" ? <EnrollInputs {...props} /> : null}
    </>
  );
}
