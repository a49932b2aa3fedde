import { useEffect, useState } from "preact/hooks";
import { get, type TargetRef } from "../calls.ts";
import { EventFeed } from "../events/eventFeed.tsx";
import { useGroups } from "../groups/useGroups.ts";
import { Failure, Shown } from "../notice.tsx";
import { Page } from "../page.tsx";
import { useReading } from "../reading.ts";
import { addressOf } from "../route.ts";
import { useSession } from "../session/session.ts";
import type { WireCustomer, WireCustomerState, WireLeftTarget } from "../wire.ts";
import { AbsentCustomer } from "./absentCustomer.tsx";
import { ActionPanel } from "./actionPanel.tsx";
import { EnrollmentCard } from "./enrollmentCard.tsx";
import { type Enrollment, enrollmentsOf } from "./enrollments.ts";
import { History } from "./history.tsx";
import { LeftTargets } from "./leftTargets.tsx";
import { PersonalData } from "./personalData.tsx";
import { Search } from "./search.tsx";
import { unknownCustomer } from "./unknownCustomer.tsx";

/** History comes from the table's stream, about a second behind. */
const historyDelayMilliseconds = 1_500;

export function CustomerView({ customerId }: { readonly customerId: number | undefined }) {
  return (
    <Page title={customerId === undefined ? "Customers" : `Customer ${customerId}`}>
      <Search customerId={customerId} />
      {customerId === undefined ? <Example /> : <Customer customerId={customerId} />}
    </Page>
  );
}

/** Links to a demo customer, or shows nothing where there are none. */
function Example() {
  const { local } = useSession();
  if (local === null) return null;
  const customerId = local.exampleCustomerId;
  return (
    <p>
      For example <a href={addressOf({ name: "customer", customerId })}>customer {customerId}</a>, who has a history.
    </p>
  );
}

/** Shows everything about one customer, and reads it anew after each action. */
function Customer({ customerId }: { readonly customerId: number }) {
  const { api, local, permissions } = useSession();
  const [version, setVersion] = useState(0);
  const [registered, setRegistered] = useState(0);
  const settled = useSettled(version);
  const groups = useGroups();
  const profile = useReading(() => api.read<WireCustomer>(get(`/customers/${customerId}`)), [api, registered]);
  const readState = () =>
    api.read<WireCustomerState>(get(`/users/${customerId}/targetGroups?includeInactive=true&includeLeft=true`));
  const state = useReading(readState, [api, version, registered]);
  if (profile.state === "failed" && profile.codes.includes(unknownCustomer)) {
    return (
      <AbsentCustomer
        customerId={customerId}
        message={profile.message}
        onRegistered={() => setRegistered(registered + 1)}
      />
    );
  }
  if (profile.state === "failed") return <Failure message={profile.message} />;
  return (
    <>
      <Shown reading={profile} what="the customer">
        {(customer) => <Profile customer={customer} />}
      </Shown>
      <Shown reading={groups} what="target groups">
        {({ groups: known }) => (
          <Shown reading={state} what="enrolments">
            {(read) => {
              const enrollments = enrollmentsOf(read, known, api.now());
              const { leftTargets = [] } = read;
              const zoneOf = (groupId: number) => known.find(({ id }) => id === groupId)?.zone ?? "UTC";
              const own = [...enrollments, ...leftTargets.map(refOfLeft)];
              return (
                <div class="split">
                  <Enrollments
                    enrollments={enrollments}
                    customerId={customerId}
                    onSent={() => setVersion(version + 1)}
                  />
                  <LeftTargets targets={leftTargets} zoneOf={zoneOf} />
                  {permissions.enroll ? (
                    <ActionPanel
                      customerId={customerId}
                      groups={known}
                      own={own}
                      onSent={() => setVersion(version + 1)}
                    />
                  ) : null}
                  <History customerId={customerId} groups={known} own={own} version={settled} />
                  {local?.hasEvents ? (
                    <EventFeed customerId={customerId} groups={known} version={version} limit={10} />
                  ) : null}
                </div>
              );
            }}
          </Shown>
        )}
      </Shown>
      {permissions.manage ? (
        <PersonalData customerId={customerId} onChanged={() => setRegistered(registered + 1)} />
      ) : null}
    </>
  );
}

function refOfLeft({ targetGroupId, targetRuleId }: WireLeftTarget): TargetRef {
  return { groupId: targetGroupId, targetId: targetRuleId };
}

/** Grows with `version`, and once more after history has had the time to follow. */
function useSettled(version: number): number {
  const [settled, setSettled] = useState(0);
  useEffect(() => {
    if (version === 0) return undefined;
    const timer = setTimeout(() => setSettled((count) => count + 1), historyDelayMilliseconds);
    return () => clearTimeout(timer);
  }, [version]);
  return version + settled;
}

function Profile({ customer: { firstName, lastName, externalId } }: { readonly customer: WireCustomer }) {
  const name = [firstName, lastName].filter((part) => part !== null).join(" ");
  return (
    <p class="facts">
      <strong>{name === "" ? "No name" : name}</strong>
      {externalId === null ? null : <span class="muted">External id {externalId}</span>}
    </p>
  );
}

type EnrollmentsProps = {
  readonly enrollments: readonly Enrollment[];
  readonly customerId: number;
  readonly onSent: () => void;
};

function Enrollments({ enrollments, ...props }: EnrollmentsProps) {
  return (
    <section aria-labelledby="enrolments">
      <h2 id="enrolments">Enrolments</h2>
      {enrollments.length === 0 ? <p class="muted">Not enrolled in anything.</p> : null}
      {enrollments.map((enrollment) => (
        <EnrollmentCard key={enrollment.targetId} enrollment={enrollment} {...props} />
      ))}
    </section>
  );
}
