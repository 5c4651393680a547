/** scripts/publication.mjs, with types. */
interface Publication {
  readonly REPOSITORY_URL: string | undefined;
  withoutTools(manifest: object): object;
  toShortExports(exports: object): object;
  toManifest(manifest: object, repositoryUrl: string | undefined): object;
  toPackedPage(
    markdown: string,
    options: { readonly repositoryUrl: string | undefined; readonly version: string },
  ): string;
  apply(root: string, repositoryUrl?: string): void;
  restore(root: string): void;
}

export const publication: Publication = await import(
  new URL("../../scripts/publication.mjs", import.meta.url).href
);
