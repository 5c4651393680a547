import { toCode } from "../../util/code-text.ts";
import { toElapsedText } from "../../util/elapsed-text.ts";
import { countServices, describeAbsent, describeService, findEffects, RAW, toTitle } from "../describe.ts";
import { type FleetScene, isWanted } from "./scene.ts";

/** The page as Markdown, for a chat: one line for the overall state, and one for each service or handler that is not OK. */
export function renderMarkdown(scene: FleetScene): string {
  const { name, choice, view } = scene;
  const effects = findEffects(view.services);
  const age = view.isStale
    ? `, the last answer is of ${view.at.toISOString()}`
    : `, ${view.at.toISOString()}`;
  const services = view.services.map((service) => ({
    state: service.state,
    name: toTitle(service),
    since: service.since,
    detail: describeService(service, effects).join("; "),
  }));
  const handlers = view.services.flatMap((service) =>
    "handlers" in service
      ? service.handlers.map(({ name: handler, ...rest }) => ({
          ...rest,
          name: `${service.name}/${handler}`,
          detail: "",
        }))
      : [],
  );
  const lines = [...services, ...handlers]
    .filter((row) => row.state !== "OK" && isWanted(scene, row.state, `${row.name} ${row.detail}`))
    .map(({ state, name: row, since, detail }) => {
      const age = since ? ` for ${toElapsedText(view.at.getTime() - since.getTime())}` : "";
      return `- **${state}** ${toShortCode(row)}${age}${detail === "" ? "" : `: ${toShortCode(detail)}`}`;
    });
  return `${[
    `**${view.state}** ${toShortCode(choice.service ?? name)} (${countServices(view)})${age}`,
    ...[...view.problems, ...(view.isRaw ? [RAW] : []), ...describeAbsent(view)].map(
      (problem) => `- incomplete: ${toShortCode(problem)}`,
    ),
    ...lines,
  ].join("\n")}\n`;
}

function toShortCode(text: string): string {
  return toCode(text, 500);
}
