import type { ReadStream } from "node:tty";

/** Where a command writes. */
export interface Output {
  write(text: string): void;
  /** Whether somebody looks at it in a terminal that can be drawn on. */
  readonly isTTY: boolean;
  /** How wide the terminal is now; where nobody knows, as wide as it takes. */
  readonly columns: number;
  readonly rows: number;
  /** Calls `listener` whenever the terminal has another size, until the function that comes back is called. */
  onResize(listener: () => void): () => void;
}

/** What a command knows of the world around it. */
export interface Io {
  readonly stdin: ReadStream;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether text on standard output may have colours. */
  readonly color: boolean;
  /** Aborted when somebody wants the command to end: at Ctrl-C, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal;
}

/** Whether to use colours: see https://no-color.org. */
export function wantsColor(output: Output, env: Io["env"], noColor: boolean): boolean {
  return output.isTTY && !noColor && (env["NO_COLOR"] ?? "") === "";
}

export function toOutput(stream: NodeJS.WriteStream): Output {
  // A dumb terminal knows no escape sequences, and some know no size.
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
