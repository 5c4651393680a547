/** Questions under way to another process. */
export interface Questions<Answer> {
  /** Sends a question under a new id. `undefined`: no answer came in time, or none is awaited any more. */
  ask(timeoutMs: number, send: (id: number) => void): Promise<Answer | undefined>;
  /** An answer has come. To an unknown id it is ignored. */
  answer(id: number, answer: Answer): void;
  /** Awaits no answer any more. */
  cancel(): void;
}

export function createQuestions<Answer>(): Questions<Answer> {
  const open = new Map<number, (answer: Answer | undefined) => void>();
  let lastId = 0;

  return {
    ask(timeoutMs, send) {
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
