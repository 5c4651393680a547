import type { EitherShape, MapShape, ObjectShape, OptionShape, Shape, Shapes } from "../../options/shape.ts";

/** The name of an environment variable, so that the file does not contain its value. */
export const FROM_ENVIRONMENT: ObjectShape = {
  kind: "object",
  properties: {
    env: {
      kind: "text",
      pattern: /^[A-Za-z_][A-Za-z0-9_]*$/u,
      expected: "the name of an environment variable",
      isSecret: true,
      required: true,
    },
  },
  expected: '{ "env": "NAME" }, with the value in that environment variable',
  isSecret: true,
};

/** In options that contain secrets by name, such as headers, a value may come from the environment. */
export function allowEnvironment(shapes: Shapes): Shapes {
  return Object.fromEntries(
    Object.entries(shapes).map(([key, shape]): [string, OptionShape] => {
      if (!holdsSecrets(shape)) return [key, shape];
      const values: EitherShape = {
        kind: "either",
        shapes: [shape.values, FROM_ENVIRONMENT],
        isSecret: true,
      };
      return [key, { ...shape, values }];
    }),
  );
}

export function holdsSecrets(shape: Shape | undefined): shape is MapShape {
  return shape?.kind === "map" && shape.values.isSecret === true;
}
