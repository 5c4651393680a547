import type { StatusRequest, StatusResponse } from "./message.ts";
import type { Target } from "./target.ts";

/** A page with its paths and responses. */
export interface ServedView {
  readonly paths: readonly string[];
  owns(path: string): boolean;
  answer(request: StatusRequest, target: Target): StatusResponse | Promise<StatusResponse>;
}
