/** The build uses this module in place of `core/default-registry.ts`: the thread has only its replica. */
export const defaultRegistry: undefined = undefined;
