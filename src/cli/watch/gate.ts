/** Runs at most `max` tasks at a time. The others wait in the order of their calls. */
export interface Gate {
  run<Value>(task: () => Promise<Value>): Promise<Value>;
}

export function createGate(max: number): Gate {
  const waiting: (() => void)[] = [];
  let running = 0;
  return {
    async run(task) {
      if (running >= max) await new Promise<void>((resolve) => waiting.push(resolve));
      else running += 1;
      try {
        return await task();
      } finally {
        // The next task gets this place.
        const next = waiting.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
