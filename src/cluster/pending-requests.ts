/** Pending requests to another process. */
export interface PendingRequests<Answer> {
  /** Sends a request with a new id. Resolves with `undefined` after a timeout or `cancel()`. */
  request(timeoutMs: number, send: (id: number) => void): Promise<Answer | undefined>;
  /** Resolves a request. Ignores unknown ids. */
  answer(id: number, answer: Answer): void;
  /** Cancels all pending requests. */
  cancel(): void;
}

export function createPendingRequests<Answer>(): PendingRequests<Answer> {
  const open = new Map<number, (answer: Answer | undefined) => void>();
  let lastId = 0;

  return {
    request(timeoutMs, send) {
      lastId += 1;
      const id = lastId;
      return new Promise((resolve) => {
        const timer = setTimeout(() => finish(undefined), timeoutMs);
        open.set(id, finish);
        send(id);

        function finish(answer: Answer | undefined): void {
          clearTimeout(timer);
          open.delete(id);
          resolve(answer);
        }
      });
    },
    answer: (id, answer) => open.get(id)?.(answer),
    cancel() {
      for (const finish of [...open.values()]) finish(undefined);
    },
  };
}
