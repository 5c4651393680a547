/**
 * Sends a request to the instance that the page shows. Other instances refuse it. Resolves with the reason if
 * it had no effect.
 */
export async function post(url: URL, instance: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { method: "POST", headers: { "Svc-Status-Instance": instance } });
    if (response.status === 409) return "another instance answered. Open the address of this one";
    return response.ok ? undefined : `the server answered ${response.status}`;
  } catch {
    return "no answer from the server";
  }
}
