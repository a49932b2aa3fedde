import { useGroups } from "../groups/useGroups.ts";
import { Shown } from "../notice.tsx";
import { Page } from "../page.tsx";
import { useSession } from "../session/session.ts";
import { EventFeed } from "./eventFeed.tsx";

export function EventsView() {
  const { local } = useSession();
  const groups = useGroups();
  return (
    <Page title="Events">
      {local?.hasEvents ? (
        <Shown reading={groups} what="target groups">
          {({ groups: known }) => <EventFeed customerId={undefined} groups={known} version={0} limit={100} />}
        </Shown>
      ) : (
        <p class="muted">
          Events can be read from the local service only. Deployed, they go to the EventBridge bus of the stack.
        </p>
      )}
    </Page>
  );
}
