/** An element of the page that is always there. */
export function find<Found extends HTMLElement>(id: string): Found {
  return document.getElementById(id) as Found;
}
