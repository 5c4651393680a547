import * as nest from "nest-11";
import { vi } from "vitest";
import { describeNestAdapter, type Nest } from "./nest.ts";

// The package resolves to release 12 from here; an application has one release only.
vi.mock("@nestjs/core", () => import("nest-11"));

describeNestAdapter(11, nest as unknown as Nest);
