// The worker of notifications (push-worker.ts), as a page finds it: it has a scope of its own, in which no page lies, so that it takes the
// place of no worker of the site's. It belongs to the browser, not to a user: whoever leaves takes its subscription along.

/** Null where the browser can show no notifications, or the page may not (plain http). */
export function findWorkers(): ServiceWorkerContainer | null {
  const able = isSecureContext && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  return able ? navigator.serviceWorker : null;
}

export const scopeOf = (script: string): string => script.replace(/[^/]*$/, "teahouse-push/");

export async function findRegistration(script: string): Promise<ServiceWorkerRegistration | null> {
  const { href } = new URL(scopeOf(script), location.href);
  try {
    const found = await findWorkers()?.getRegistration(href);
    return found?.scope === href ? found : null;
  } catch {
    return null;
  }
}

/** The browser is woken no more; its push service tells the server so. */
export async function unsubscribe(script: string): Promise<void> {
  const registration = await findRegistration(script);
  await closeAll(registration);
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

/** What the notifications say is seen on the page. */
export async function closeAll(registration: ServiceWorkerRegistration | null): Promise<void> {
  for (const shown of (await registration?.getNotifications()) ?? []) shown.close();
}
