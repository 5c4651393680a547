interface Runtime {
  readonly process?: { readonly emitWarning?: (message: string, options: { readonly code: string }) => void };
}

/** Warns where Node.js, Bun and Deno show warnings: for what a developer must see who has set no logger. */
export function emitWarning(message: string, code: string): void {
  (globalThis as Runtime).process?.emitWarning?.(message, { code });
}
