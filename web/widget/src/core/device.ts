// A browser's name in its user's list of devices.

/** The first that is found counts: most name others beside themselves. */
const browsers: [sign: string, name: string][] = [
  ["Edg", "Edge"],
  ["OPR/", "Opera"],
  ["SamsungBrowser", "Samsung Internet"],
  ["Firefox", "Firefox"],
  ["FxiOS", "Firefox"],
  ["Chrome", "Chrome"],
  ["CriOS", "Chrome"],
  ["Safari", "Safari"],
];
const systems: [sign: string, name: string][] = [
  ["iPhone", "iPhone"],
  ["iPad", "iPad"],
  ["Android", "Android"],
  ["Windows", "Windows"],
  ["Mac OS", "macOS"],
  ["CrOS", "ChromeOS"],
  ["Linux", "Linux"],
];

/** "Firefox on Linux", from a `navigator.userAgent`. */
export function nameBrowser(agent: string): string {
  const find = (list: typeof browsers): string | undefined => list.find(([sign]) => agent.includes(sign))?.[1];
  const [browser, system] = [find(browsers) ?? "Browser", find(systems)];
  return system ? `${browser} on ${system}` : browser;
}
