import type { StatusResponse } from "../../http/message.ts";
import { NOT_RECORDED } from "../../http/not-recorded.ts";

/** The build uses this module in place of `http/moment.ts`: no recorder is attached to a replica. */
export async function answerMoment(): Promise<StatusResponse> {
  return NOT_RECORDED;
}
