import { Page } from "../page.tsx";
import { useSession } from "../session/session.ts";
import { EventFeed } from "./eventFeed.tsx";

export function EventsView() {
  const { local } = useSession();
  return (
    <Page title="Events">
      {local?.hasEvents ? (
        <EventFeed customerId={undefined} version={0} limit={100} />
      ) : (
        <p class="muted">
          Events can be read from the local service only. Deployed, they go to the EventBridge bus of the stack.
        </p>
      )}
    </Page>
  );
}
