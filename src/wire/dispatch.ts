/** The function that handles each kind of message. */
export type Receivers<Message extends { readonly kind: string }> = {
  readonly [Kind in Message["kind"]]: (message: Extract<Message, { readonly kind: Kind }>) => void;
};

export function dispatch<Message extends { readonly kind: string }>(
  message: Message,
  receivers: Receivers<Message>,
): void {
  (receivers[message.kind as Message["kind"]] as (message: Message) => void)(message);
}
