import { Socket } from "node:net";

/**
 * The connections that a server has had before anybody watched it. Node.js lists them nowhere else; where it lists
 * none, as in other runtimes, there are none to be found.
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
