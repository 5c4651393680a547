import type { ReadStream } from "node:tty";

/** An output stream of a command. */
export interface Output {
  write(text: string): void;
  /** Whether it is a terminal that supports cursor control. */
  readonly isTTY: boolean;
  /** Current width of the terminal. If it is unknown: no limit. */
  readonly columns: number;
  readonly rows: number;
  /**
   * Calls `listener` whenever the size of the terminal changes. Returns a function that removes the listener.
   */
  onResize(listener: () => void): () => void;
}

/** The environment of a command. */
export interface Io {
  readonly stdin: ReadStream;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether text on standard output may have colors. */
  readonly color: boolean;
  /** Aborted when the command should end: on Ctrl-C, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal;
}

/** Whether to use colors: see https://no-color.org. */
export function wantsColor(output: Output, env: Io["env"], noColor: boolean): boolean {
  return output.isTTY && !noColor && (env["NO_COLOR"] ?? "") === "";
}

export function toOutput(stream: NodeJS.WriteStream): Output {
  // A dumb terminal has no escape sequences, and some have no size.
  const isTTY = stream.isTTY === true && process.env["TERM"] !== "dumb";
  const toSize = (size: number): number => (isTTY && size > 0 ? size : Number.POSITIVE_INFINITY);
  return {
    write: (text) => void stream.write(text),
    isTTY,
    get columns() {
      return toSize(stream.columns);
    },
    get rows() {
      return toSize(stream.rows);
    },
    onResize(listener) {
      stream.on("resize", listener);
      return () => void stream.off("resize", listener);
    },
  };
}
