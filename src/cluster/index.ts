export { coordinateWorkers, type PrimaryOptions } from "./primary.ts";
export { type ClusterMember, joinCluster, type WorkerOptions } from "./worker.ts";
