import { Writable } from "node:stream";

/** A terminal that keeps everything written to it. */
export class CapturedTerminal extends Writable {
  readonly isTTY = true;
  readonly columns = 120;
  text = "";

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString("utf8");
    done();
  }
}
