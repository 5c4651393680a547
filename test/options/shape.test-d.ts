// Does not run: it compiles as long as a forgotten option or default is an error.

import { readOptions } from "../../src/options/read-options.ts";
import { DELAY_MS, FLAG } from "../../src/options/rules.ts";
import type { OptionShapes, WithDefaults } from "../../src/options/shape.ts";

interface Options {
  readonly target: string;
  readonly timeoutMs?: number;
  readonly isLoud?: boolean;
  readonly pauseMs?: number;
}

type Resolved = WithDefaults<Options, "pauseMs">;
type OptionsShapes = OptionShapes<Options, Resolved>;

const SHAPES: OptionsShapes = {
  target: { kind: "text", required: true },
  timeoutMs: { ...DELAY_MS, default: 5_000 },
  isLoud: { ...FLAG, default: false },
  pauseMs: DELAY_MS,
};

export const resolved: Resolved = readOptions(SHAPES, { target: "x" });
export const timeoutMs: number = readOptions(SHAPES, { target: "x" }).timeoutMs;

const { isLoud, ...others } = SHAPES;
// @ts-expect-error isLoud is forgotten
export const withoutOption: OptionsShapes = others;
// @ts-expect-error isLoud has no default
export const withoutDefault: OptionsShapes = { ...SHAPES, isLoud: FLAG };
// @ts-expect-error the default has another type
export const wrongDefault: OptionsShapes = { ...SHAPES, isLoud: { ...FLAG, default: "no" } };
// @ts-expect-error the resolved options may lack pauseMs
export const defaultOfOptional: OptionsShapes = { ...SHAPES, pauseMs: { ...DELAY_MS, default: 0 } };
// @ts-expect-error target is required
export const notRequired: OptionsShapes = { ...SHAPES, target: { kind: "text" } };
// @ts-expect-error pauseMs is not required
export const wronglyRequired: OptionsShapes = { ...SHAPES, pauseMs: { ...DELAY_MS, required: true } };
// @ts-expect-error no option is called volume
export const unknownOption: OptionsShapes = { ...SHAPES, volume: FLAG };
// @ts-expect-error the resolved options may lack pauseMs
export const pauseMs: number = readOptions(SHAPES, { target: "x" }).pauseMs;
