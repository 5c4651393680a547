import { createResponse, type StatusResponse } from "./message.ts";

/** The response to requests for the past if no recorder is attached to the registry. */
export const NOT_RECORDED: StatusResponse = createResponse({
  status: 404,
  body: "the history is not recorded, see svc-status/recorder\n",
});
