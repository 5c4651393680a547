import { HANDLER_OPTIONS } from "../../core/handler-options.ts";
import { HANDLER } from "../../core/registration.ts";
import { choice, LINE } from "../../options/rules.ts";
import type { EitherShape, ObjectShape, Violation } from "../../options/shape.ts";
import { variant } from "../../options/variant.ts";
import { CHECK_TYPES, type CheckType, CLIENT_CHECK_REFUSALS } from "./check-types.ts";
import { CHECK_OPTION_HELP, HANDLER_HELP, TARGET_HELP, withHelp } from "./help.ts";
import { allowEnvironment } from "./shapes.ts";

const HANDLER_PROPERTIES = withHelp(HANDLER_OPTIONS, HANDLER_HELP);

/** A check from the catalog, or a handler from a module. */
export const CHECK: EitherShape = variant({
  tag: "check",
  variants: Object.fromEntries(
    Object.entries(CHECK_TYPES).map(([name, type]) => [name, toNamedCheck(name, type)]),
  ),
  refusals: CLIENT_CHECK_REFUSALS,
  untagged: {
    key: "handler",
    shape: {
      kind: "object",
      properties: {
        name: { ...LINE, required: true },
        handler: { ...HANDLER, required: true },
        ...HANDLER_PROPERTIES,
      },
    },
  },
});

function toNamedCheck(name: string, { target, options }: CheckType): ObjectShape {
  const needed = Object.keys(options).filter((key) => options[key]?.required);
  const { [name]: help } = TARGET_HELP;

  function toNeed(path: string): Violation {
    const text = `${name} needs ${needed.map((key) => `options.${key}`).join(" and ")}`;
    return { kind: "rule", path, text };
  }

  return {
    kind: "object",
    properties: {
      check: { ...choice(name), required: true },
      name: { ...LINE, help: "Default: from the check and its target." },
      ...(target !== undefined && {
        target: { ...target, ...(help !== undefined && { help }), required: true },
      }),
      options: {
        kind: "object",
        properties: withHelp(allowEnvironment(options), CHECK_OPTION_HELP),
        missing: (path) => toNeed(path.slice(0, -".options".length)),
        ...(needed.length > 0 && { required: true }),
      },
      ...HANDLER_PROPERTIES,
    },
    missing: (path, key) => (key === "options" ? toNeed(path) : undefined),
  };
}
