/** Finds an element that every page contains. */
export function find<Found extends HTMLElement>(id: string): Found {
  return document.getElementById(id) as Found;
}
