import { foldHandlers } from "../client/fold.ts";
import type { HandlerStatus } from "../client/service-status.ts";
import { clean } from "./clean.ts";
import { renderTable, type TableOptions } from "./table.ts";
import { truncate } from "./width.ts";

/** The table of handlers. Handlers that are RED because of another one are one line below it. */
export function renderFolded(handlers: readonly HandlerStatus[], options: TableOptions): string[] {
  const folded = foldHandlers(handlers);
  const [head = "", ...rows] = renderTable(
    folded.map(({ handler }) => handler),
    options,
  );
  const lines = rows.flatMap((row, index) => [
    row,
    ...renderDependants(folded[index]?.dependants ?? [], options),
  ]);
  return [head, ...lines];
}

function renderDependants(
  dependants: readonly HandlerStatus[],
  { columns }: Pick<TableOptions, "columns">,
): string[] {
  if (dependants.length === 0) return [];
  const names = dependants.map(({ name }) => clean(name)).join(", ");
  return [truncate(`  + ${dependants.length} RED because of it: ${names}`, columns)];
}
