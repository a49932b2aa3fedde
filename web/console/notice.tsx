import type { ComponentChildren } from "preact";
import type { Reading } from "./reading.ts";

/** Shows the data. While it is being read, or when it could not be read, it says so. */
export function Shown<Data>({
  reading,
  what,
  children,
}: {
  readonly reading: Reading<Data>;
  readonly what: string;
  readonly children: (data: Data) => ComponentChildren;
}) {
  switch (reading.state) {
    case "loading":
      return (
        <p class="muted" role="status">
          Reading {what} …
        </p>
      );
    case "failed":
      return <Failure message={reading.message} />;
    case "read":
      return <>{children(reading.data)}</>;
  }
}

export function Failure({ message }: { readonly message: string }) {
  return (
    <p class="notice bad" role="alert">
      {message}
    </p>
  );
}
