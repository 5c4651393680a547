import { execFileSync } from "node:child_process";

/** What stands before a command that is to run as process 1 of a namespace of its own, as in a container. */
export const AS_PROCESS_ONE: readonly string[] = ["unshare", "--pid", "--fork", "--kill-child"];

/** It takes Linux, and the rights for it. */
export function canBeProcessOne(): boolean {
  try {
    const [unshare = "", ...args] = AS_PROCESS_ONE;
    execFileSync(unshare, [...args, "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
