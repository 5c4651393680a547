/** The function that handles each kind of message. */
export type Hearers<Message extends { readonly kind: string }> = {
  readonly [Kind in Message["kind"]]: (message: Extract<Message, { readonly kind: Kind }>) => void;
};

export function hear<Message extends { readonly kind: string }>(
  message: Message,
  hearers: Hearers<Message>,
): void {
  (hearers[message.kind as Message["kind"]] as (message: Message) => void)(message);
}
