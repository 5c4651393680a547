import type { ReadStream } from "node:tty";

/** Where a command writes. */
export interface Output {
  write(text: string): void;
  /** Whether somebody looks at it, rather than another program. */
  readonly isTTY: boolean;
  /** How wide the terminal is now; without a terminal as wide as it takes. */
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
  const forbidden = noColor || (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return output.isTTY && !forbidden;
}

export function toOutput(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => void stream.write(text),
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.isTTY ? stream.columns : Number.POSITIVE_INFINITY;
    },
    get rows() {
      return stream.isTTY ? stream.rows : Number.POSITIVE_INFINITY;
    },
    onResize(listener) {
      stream.on("resize", listener);
      return () => void stream.off("resize", listener);
    },
  };
}
