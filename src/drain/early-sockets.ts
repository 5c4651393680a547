import { Socket } from "node:net";

/**
 * Finds the connections of a server from before it was watched. It uses the only list that Node.js has. Other
 * runtimes have no such list, and the result is empty.
 */
export function findSockets(server: object): readonly Socket[] {
  const { _getActiveHandles: getHandles } = process as {
    readonly _getActiveHandles?: () => readonly unknown[];
  };
  const handles = getHandles?.call(process) ?? [];
  return handles.filter((handle): handle is Socket => handle instanceof Socket && isOf(server, handle));
}

function isOf(server: object, socket: Socket): boolean {
  return (socket as { readonly server?: object }).server === server;
}
