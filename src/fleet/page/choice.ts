import { isState } from "../../core/state.ts";
import { DEFAULT_SPAN, isAxisSpan } from "../../http/page/axis-window.ts";
import { parseTime } from "../read/time.ts";
import type { FleetChoice } from "./scene.ts";
import { MAX_MINUTES } from "./times.ts";

/** Maximum length of a label value in a URL. */
const MAX_VALUE_LENGTH = 1_000;

/** Parses the choice in a URL, or describes the mistake in it. */
export function parseChoice(query: string): FleetChoice | string {
  const parameters = new URLSearchParams(query);
  const service = parameters.get("service") ?? "";
  const atText = parameters.get("at") ?? "";
  const span = parameters.get("span");
  const minutes = Number(parameters.get("minutes") ?? 0);
  const base = parseTime(atText);
  // The slider sends its distance from the end of the axes.
  const at = base && new Date(base.getTime() + minutes * 60_000);
  if (atText !== "" && at === undefined) return "at: expected a time in the past such as 2026-11-27T03:12Z";
  if (!Number.isInteger(minutes) || minutes > 0 || minutes < -MAX_MINUTES)
    return `minutes: expected an integer from -${MAX_MINUTES} to 0`;
  const instance = parameters.get("instance") ?? "";
  if (instance !== "" && service === "") return "instance: expected a service";
  if (instance.length > MAX_VALUE_LENGTH) return `instance: expected at most ${MAX_VALUE_LENGTH} characters`;
  if (service.length > MAX_VALUE_LENGTH) return `service: expected at most ${MAX_VALUE_LENGTH} characters`;
  return {
    ...(service !== "" && { service }),
    ...(instance !== "" && { instance }),
    ...(at && { at }),
    text: (parameters.get("q") ?? "").slice(0, MAX_VALUE_LENGTH),
    states: parameters.getAll("state").filter((state) => isState(state) || state === "UNKNOWN"),
    span: isAxisSpan(span) ? span : DEFAULT_SPAN,
  };
}
