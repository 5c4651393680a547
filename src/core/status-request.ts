/** The part of a request that the views need. Adapters create it from their framework's request. */
export interface StatusRequest {
  readonly method: string;
  /** The request target as received: a path with its query (`/svc_status?name=A`) or an absolute URL. */
  readonly target: string;
  /** The address of the connection's peer; `undefined` if unknown. Never read from a header. */
  readonly remoteAddress: string | undefined;
  /** The value of a header by its lower-case name; multiple values are joined with `, `. */
  header(name: string): string | undefined;
  /** The framework's own request, for `authorize`, `details` and `control`. */
  readonly raw: unknown;
}
