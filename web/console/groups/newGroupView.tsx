import { useState } from "preact/hooks";
import { Choice } from "../forms/choice.tsx";
import { Field, Select } from "../forms/field.tsx";
import { Rows } from "../forms/rows.tsx";
import { isStreak, trackingNames } from "../model.ts";
import { Page } from "../page.tsx";
import { addressOf } from "../route.ts";
import type { Answer } from "../session/api.ts";
import { useSession } from "../session/session.ts";
import { wallTimeOf } from "../time.ts";
import type { WireGroup } from "../wire.ts";
import { cycleBehind, dayOf } from "./cycleDraft.ts";
import { CycleListInputs, RuleInputs } from "./cycleInputs.tsx";
import { CyclePreview } from "./cyclePreview.tsx";
import { createGroupCall } from "./groupCalls.ts";
import { bodyOf, draftedCycles, emptyDraft, emptyTarget, type GroupDraft } from "./groupDraft.ts";
import { GroupForm } from "./groupForm.tsx";
import { TargetInputs } from "./targetInputs.tsx";

/** The form for a new group. It draws the cycles before anything is sent. */
export function NewGroupView() {
  const { api, permissions } = useSession();
  const [draft, setDraft] = useState(() => emptyDraft(dayOf(wallTimeOf(api.now(), "UTC"))));
  const change = (changed: Partial<GroupDraft>) => setDraft((current) => ({ ...current, ...changed }));
  return (
    <Page title="New target group">
      {permissions.manage ? (
        <section class="card" aria-labelledby="definition">
          <h2 id="definition">The definition</h2>
          <GroupForm
            call={createGroupCall(bodyOf(draft))}
            button="Create the group"
            consequences={consequences}
            unanswered="It may have been created. Look at the target groups before you send it again."
            describe={describeCreated}
            onDone={showGroup}
          >
            <div class="columns">
              <Texts draft={draft} onChange={change} />
              <Cycles draft={draft} onChange={change} />
            </div>
            <CyclePreview
              name={draft.name === "" ? "the new group" : draft.name}
              zone={draft.zone}
              cycles={draftedCycles(draft, api.now())}
            />
            <div class="columns">
              <Targets draft={draft} onChange={change} />
              {isStreak(draft.trackingType) ? <Levels draft={draft} onChange={change} /> : null}
              {draft.trackingType === "STREAKS" ? (
                <Field
                  label="Freezes: missed cycles that a run survives (empty: none)"
                  type="number"
                  min="0"
                  max="10"
                  path="streakFreezes"
                  value={draft.freezes}
                  onChange={(freezes) => change({ freezes })}
                />
              ) : null}
            </div>
          </GroupForm>
        </section>
      ) : (
        <p class="muted">Creating target groups takes a credential of access group admin.</p>
      )}
    </Page>
  );
}

const consequences =
  "Nobody is enrolled by this. The kind, the time zone, the rule of the cycles, what the targets count, how customers get in, and reminders stay as they are for ever. Names, the time for joining, the days for late activities, further cycles, the values of cycles that have not ended, and filters and sub-targets of coming cycles can be changed later.";

function describeCreated(): readonly string[] {
  return ["Created."];
}

function showGroup({ data }: Answer): void {
  if (isGroup(data)) location.hash = addressOf({ name: "group", groupId: data.id });
}

function isGroup(data: unknown): data is Pick<WireGroup, "id"> {
  return typeof data === "object" && data !== null && "id" in data;
}

type PartProps = { readonly draft: GroupDraft; readonly onChange: (changed: Partial<GroupDraft>) => void };

function Texts({ draft, onChange }: PartProps) {
  return (
    <fieldset class="fields">
      <legend>The group</legend>
      <Field label="Name" required path="name" value={draft.name} onChange={(name) => onChange({ name })} />
      <Field
        label="Description"
        path="description"
        value={draft.description}
        onChange={(description) => onChange({ description })}
      />
      <Select
        label="Kind"
        names={trackingNames}
        chosen={draft.trackingType}
        onChange={(trackingType) => onChange({ trackingType })}
      />
      <Field
        label="Time zone of its days"
        required
        list="zones"
        path="timeZoneName"
        value={draft.zone}
        onChange={(zone) => onChange({ zone })}
      />
      <datalist id="zones">
        {Intl.supportedValuesOf("timeZone").map((zone) => (
          <option key={zone}>{zone}</option>
        ))}
      </datalist>
    </fieldset>
  );
}

function Times({ draft, onChange }: PartProps) {
  return (
    <>
      <div class="fields-in-line">
        <Field
          label="Can be joined from"
          type="date"
          path="enrolmentStartDate"
          value={draft.opens}
          onChange={(opens) => onChange({ opens })}
        />
        <Field
          label="Can be joined until"
          type="date"
          path="enrolmentEndDate"
          value={draft.closes}
          onChange={(closes) => onChange({ closes })}
        />
      </div>
      <Field
        label="Days after a cycle for what comes late"
        type="number"
        min="0"
        max="30"
        placeholder="empty: none"
        path="offsetDays"
        value={draft.offsetDays}
        onChange={(offsetDays) => onChange({ offsetDays })}
      />
    </>
  );
}

function Cycles({ draft, onChange }: PartProps) {
  return (
    <fieldset class="fields">
      <legend>Its cycles</legend>
      <Choice
        legend="Where the cycles come from"
        names={{ rule: "From a rule", list: "From a list" }}
        order={["rule", "list"]}
        chosen={draft.source}
        onChange={(source) => onChange({ source })}
      />
      {draft.source === "rule" ? (
        <RuleInputs rule={draft.rule} onChange={(changed) => onChange({ rule: { ...draft.rule, ...changed } })} />
      ) : (
        <CycleListInputs
          legend="The list"
          path="periods"
          cycles={draft.cycles}
          another={() => cycleBehind(draft.cycles)}
          onChange={(cycles) => onChange({ cycles })}
        />
      )}
      <Times draft={draft} onChange={onChange} />
    </fieldset>
  );
}

function Targets({ draft, onChange }: PartProps) {
  return (
    <Rows
      legend="Its targets"
      noun="target"
      rows={draft.targets}
      least={1}
      another={() => emptyTarget}
      onChange={(targets) => onChange({ targets })}
    >
      {(target, changeTarget, place) => (
        <TargetInputs target={target} path={`targets[${place}]`} onChange={changeTarget} />
      )}
    </Rows>
  );
}

function Levels({ draft, onChange }: PartProps) {
  return (
    <Rows
      legend="Its levels, the lowest first"
      noun="level"
      rows={draft.levels}
      least={1}
      another={() => ({ name: "", count: "" })}
      onChange={(levels) => onChange({ levels })}
    >
      {({ name, count }, changeLevel, place) => (
        <div class="fields-in-line">
          <Field
            label="Name"
            required
            path={`streaks[${place}].name`}
            value={name}
            onChange={(text) => changeLevel({ name: text })}
          />
          <Field
            label="Cycles to meet"
            type="number"
            required
            min="1"
            path={`streaks[${place}].targetCountOfSequence`}
            value={count}
            onChange={(text) => changeLevel({ count: text })}
          />
        </div>
      )}
    </Rows>
  );
}
