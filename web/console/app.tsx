import { useEffect, useMemo, useState } from "preact/hooks";
import { CustomerView } from "./customer/customerView.tsx";
import { EventsView } from "./events/eventsView.tsx";
import { GroupsView } from "./groups/groupsView.tsx";
import { GroupView } from "./groups/groupView.tsx";
import { NewGroupView } from "./groups/newGroupView.tsx";
import { addressOf, parseView, type View } from "./route.ts";
import { Api } from "./session/api.ts";
import { forget, recall, type SignedIn } from "./session/connection.ts";
import { LocalClock } from "./session/localClock.tsx";
import { SessionContext, useSession } from "./session/session.ts";
import { SignIn } from "./session/signIn.tsx";
import type { Settings } from "./settings.ts";
import { TargetView } from "./target/targetView.tsx";

export function App({ settings }: { readonly settings: Settings }) {
  const view = useView();
  const [signedIn, setSignedIn] = useState<SignedIn | undefined>(recall);
  const [localNow, setLocalNow] = useState<number>();
  const session = useMemo(
    () =>
      signedIn && {
        api: new Api(signedIn, localNow),
        permissions: signedIn.permissions,
        local: settings.local,
      },
    [signedIn, localNow],
  );
  const signOut = () => {
    forget();
    setSignedIn(undefined);
  };
  return (
    <SessionContext.Provider value={session}>
      <SkipLink />
      <header class="top">
        <p class="brand">
          <span aria-hidden="true">▟</span> Milestreak console
        </p>
        {session === undefined ? null : <Navigation view={view} onSignOut={signOut} />}
        {session?.local ? <LocalClock now={localNow} onChange={setLocalNow} /> : null}
      </header>
      <main id="main" tabIndex={-1}>
        {session === undefined ? <SignIn settings={settings} onSignedIn={setSignedIn} /> : <Shown view={view} />}
      </main>
    </SessionContext.Provider>
  );
}

function Shown({ view }: { readonly view: View }) {
  switch (view.name) {
    case "groups":
      return <GroupsView />;
    case "group":
      return <GroupView key={view.groupId} groupId={view.groupId} />;
    case "newGroup":
      return <NewGroupView />;
    case "target":
      return <TargetView key={addressOf(view)} groupId={view.groupId} targetId={view.targetId} />;
    case "customers":
      return <CustomerView customerId={undefined} />;
    case "customer":
      return <CustomerView key={view.customerId} customerId={view.customerId} />;
    case "events":
      return <EventsView />;
  }
}

function Navigation({ view, onSignOut }: { readonly view: View; readonly onSignOut: () => void }) {
  const { api, local, permissions } = useSession();
  const links: readonly (readonly [View["name"], View, string])[] = [
    ["groups", { name: "groups" }, "Target groups"],
    ["customers", { name: "customers" }, "Customers"],
    ...(local?.hasEvents ? [["events", { name: "events" }, "Events"] as const] : []),
  ];
  return (
    <>
      <nav aria-label="Views">
        <ul>
          {links.map(([name, target, text]) => (
            <li key={name}>
              <a href={addressOf(target)} aria-current={name === listOf(view) ? "page" : undefined}>
                {text}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <p class="signed-in">
        <span class="muted">
          {api.connection.username}
          <span class="wide"> at {new URL(api.connection.baseUrl).host}</span>
          {permissions.enroll ? "" : ", may only look"}
        </span>
        <button type="button" onClick={onSignOut}>
          Sign out
        </button>
      </p>
    </>
  );
}

/** The view in the navigation that a view belongs to. */
function listOf(view: View): View["name"] {
  switch (view.name) {
    case "group":
    case "newGroup":
    case "target":
      return "groups";
    case "customer":
      return "customers";
    case "groups":
    case "customers":
    case "events":
      return view.name;
  }
}

/** The link moves the focus itself, because the address belongs to the views. */
function SkipLink() {
  return (
    <a
      class="skip"
      href="#main"
      onClick={(event) => {
        event.preventDefault();
        document.getElementById("main")?.focus();
      }}
    >
      Skip to the content
    </a>
  );
}

function useView(): View {
  const [view, setView] = useState(() => parseView(location.hash));
  useEffect(() => {
    const follow = () => setView(parseView(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return view;
}
