// Written by scripts/build.mjs from package.json.
export const VERSION: string = "0.1.0";
