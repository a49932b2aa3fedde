import { registerCall } from "../calls.ts";
import { Failure, Shown } from "../notice.tsx";
import { useSession } from "../session/session.ts";
import { ErasedCustomer, useErasure } from "./erasureState.tsx";
import { UnknownCustomer } from "./unknownCustomer.tsx";

type Props = {
  readonly customerId: number;
  /** The message of the API. */
  readonly message: string;
  readonly onRegistered: () => void;
};

/**
 * Shows a customer whom the API answers with 310011: one who was erased, or one who is not registered. Only a credential
 * that manages customers can tell them apart.
 */
export function AbsentCustomer(props: Props) {
  const { permissions } = useSession();
  return permissions.manage ? <ErasedOrUnknown {...props} /> : <NotRegistered {...props} />;
}

function ErasedOrUnknown(props: Props) {
  const erasure = useErasure(props.customerId, 0);
  if (erasure.state === "failed") return <Failure message={`${props.message} ${erasure.message}`} />;
  return (
    <Shown reading={erasure} what="what became of the customer">
      {(request) =>
        request === null ? <NotRegistered {...props} /> : <ErasedCustomer customerId={props.customerId} />
      }
    </Shown>
  );
}

function NotRegistered({ customerId, message, onRegistered }: Props) {
  return (
    <UnknownCustomer
      message={message}
      call={registerCall(customerId)}
      button={`Register customer ${customerId}`}
      onRegistered={onRegistered}
    />
  );
}
