// The page in the frame of the preview: runs the widget's tag as the query says. It stands by itself, without Preact.

interface Types {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): { createScriptURL(url: string): unknown };
}

const query = new URLSearchParams(location.search);
const attributes = {
  site: query.get("site"),
  mode: query.get("mode"),
  theme: query.get("theme"),
  lang: query.get("lang"),
  calls: query.get("calls"),
  room: query.get("room"),
};
if (/^pk_\w+$/.test(attributes.site ?? "")) {
  // The document's policy wants Trusted Types, and the widget has its own; the address is this one alone.
  const policy = (window as { trustedTypes?: Types }).trustedTypes?.createPolicy("teahouse-preview", { createScriptURL: () => "/w.js" });
  const script = document.createElement("script");
  script.async = true;
  script.src = (policy ? policy.createScriptURL("") : "/w.js") as string;
  for (const [name, value] of Object.entries(attributes)) if (value) script.setAttribute(`data-${name}`, value);
  if (attributes.theme === "dark") document.documentElement.dataset.theme = "dark";
  document.getElementById("place")?.append(script);
}
export {};
