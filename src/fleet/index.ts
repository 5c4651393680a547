export { createFleet, type Fleet, type FleetReadOptions } from "./create-fleet.ts";
export type { FleetOptions } from "./fleet-options.ts";
export { type FleetStatusOptions, fleetStatus } from "./fleet-status.ts";
export type { FleetView } from "./read/reader.ts";
export type { FleetHandler, FleetInstance, ServiceDetail } from "./read/service-detail.ts";
export type { FleetService, FleetState } from "./read/view.ts";
