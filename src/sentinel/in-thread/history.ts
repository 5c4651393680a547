import type { StatusResponse } from "../../http/message.ts";
import { NOT_RECORDED } from "../../http/not-recorded.ts";

/** The build uses this module in place of `http/history.ts`: no recorder is attached to a replica. */
export async function answerHistory(): Promise<StatusResponse> {
  return NOT_RECORDED;
}
