import { toJsonSchema } from "../../options/json-schema.ts";
import { SERVE_CONFIG } from "./config.ts";
import { shareDefinitions } from "./share-definitions.ts";

/** The JSON Schema of a configuration, as a text. The build writes it next to this file. */
export function renderConfigSchema(): string {
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "svc-status serve",
    ...toJsonSchema(SERVE_CONFIG),
  };
  return `${JSON.stringify(shareDefinitions(schema))}\n`;
}
