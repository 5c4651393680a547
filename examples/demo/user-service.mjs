import { createServer } from "node:http";

const USERS = [{ name: "Ada" }, { name: "Grace" }];

/** Another service that the demo needs: a separate server that can be stopped and started. */
export function createUserService() {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(USERS));
  });
  let port = 0;
  return {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    async start() {
      if (server.listening) return;
      // Uses a free port the first time, and the same port later.
      await new Promise((resolve, reject) => {
        server.once("error", reject).listen(port, "127.0.0.1", resolve);
      });
      port = server.address().port;
    },
    async stop() {
      if (!server.listening) return;
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}
