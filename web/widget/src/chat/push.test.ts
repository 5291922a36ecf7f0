import "../testing/browser.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { nameBrowser } from "../core/device.ts";
import { scopeOf } from "../core/registration.ts";

test("a browser is named as its user knows it", () => {
  const named = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0": "Firefox on Linux",
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36": "Chrome on Android",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/604.1": "Safari on iPhone",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0":
      "Edge on Windows",
    "": "Browser",
  };
  for (const [agent, name] of Object.entries(named)) assert.equal(nameBrowser(agent), name);
});

test("the worker's scope holds no page, wherever its file stands", () => {
  assert.equal(scopeOf("/teahouse-push.js"), "/teahouse-push/");
  assert.equal(scopeOf("/shop/worker.js"), "/shop/teahouse-push/");
});
