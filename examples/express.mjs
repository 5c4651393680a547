// The status of an Express service. npm run build && node examples/express.mjs
import express from "express";
import { addStatusHandler, OK } from "svc-status";
import { serviceStatus } from "svc-status/express";

addStatusHandler("DatabaseConnection", () => ({ state: OK }));

const app = express();
app.use(serviceStatus());
app.get("/", (_request, response) => response.send("hello\n"));
const server = app.listen(Number(process.env.PORT ?? 8080), "127.0.0.1", (error) => {
  if (error) throw error; // Express 5 passes the error of listen here
  console.log(`http://127.0.0.1:${server.address().port}`);
});
