// Calls by each way that the network may leave open: directly, by the relay over UDP or TCP, or by port 443 alone. What each side has decoded and
// heard is the browser's own count; the relay's is the tenant's usage.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha, beta } = h;
// Of this file alone.
const pia = { id: "pia-path", name: "Pia Moss" }, rex = { id: "rex-path", name: "Rex Hale" };
const sue = { id: "sue-path", name: "Sue Lund" }, tom = { id: "tom-path", name: "Tom Bray" };

h.setUp({ alpha: [pia, rex], beta: [sue, tom], relays: true });

// The servers that a network leaves of those that the tenant names (XEP-0215); `protocol` is that of the browser's way to its relay.
const ways = {
  direct: { servers: "^$" },
  "the relay alone": { servers: "transport=udp", protocol: "udp" },
  "TCP alone": { servers: "^turn:.*transport=tcp", protocol: "tcp" },
  "port 443 alone": { servers: "^turns:", protocol: "tls" },
};

/** The page's connections go by `window.way` alone, and can be asked for. Chromium looks names up by its own rules for TCP alone. */
function narrow(way) {
  window.way = way;
  window.connections = [];
  const Connection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Connection {
    constructor(settings) {
      const { servers, protocol } = window.way;
      const found = settings.iceServers.filter(({ urls }) => new RegExp(servers).test(urls));
      const iceServers = protocol === "udp" ? found.map((each) => ({ ...each, urls: each.urls.replace(/:[^:]+:/, ":127.0.0.1:") })) : found;
      super({ ...settings, iceServers, iceTransportPolicy: protocol ? "relay" : "all" });
      window.connections.push(this);
    }
  };
}

async function open(tenant, user, other, way) {
  const context = await h.newContext({ permissions: ["microphone", "camera"] });
  await context.addInitScript(narrow, way);
  const page = await h.openPage(context, h.signedIn(tenant, user, { to: other.id, calls: "video" }));
  await h.ready(page);
  return page;
}
const button = (page, name) => page.getByRole("button", { name, exact: true });
const says = (page, text) => page.locator(".call-state", { hasText: text }).waitFor();

/** The first calls, the other answers. */
async function call(from, to, user, pictures = true) {
  await from.evaluate(([to, video]) => window.teahouse("call", { to, video }), [user.id, pictures]);
  await button(to, pictures ? "Accept with camera" : "Accept").click();
  for (const page of [from, to]) await page.locator(".call-length").waitFor();
}

/** Waits until so much has come by the page's last connection; gives the way that it takes, and how many bytes came. */
function counted(page, { frames = 0, packets = 50 }) {
  return page.evaluate(
    async ({ frames, packets, timeoutMs }) => {
      const until = performance.now() + timeoutMs;
      const read = async () => [...(await window.connections.at(-1).getStats()).values()];
      const came = (all, kind) => all.find((each) => each.type === "inbound-rtp" && each.kind === kind) ?? {};
      const isEnough = (sound, { framesDecoded = 0 }) => sound.packetsReceived >= packets && sound.totalAudioEnergy > 0 && framesDecoded >= frames;
      let all = await read();
      while (!isEnough(came(all, "audio"), came(all, "video"))) {
        if (performance.now() > until) throw new Error(`too little comes: ${JSON.stringify([came(all, "audio"), came(all, "video")])}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
        all = await read();
      }
      const of = (wanted) => all.find(({ id }) => id === wanted);
      const pair = of(all.find(({ type }) => type === "transport").selectedCandidatePairId);
      const { candidateType, relayProtocol = null } = of(pair.localCandidateId);
      const way = [candidateType, relayProtocol, of(pair.remoteCandidateId).candidateType];
      return { way, bytes: pair.bytesReceived, packets: came(all, "audio").packetsReceived };
    },
    { frames, packets, timeoutMs: h.timeoutMs },
  );
}
const relayed = async (tenant) => (await h.api(tenant, "GET", "/v1/usage")).call_bytes;

test("a call by each way: both decode pictures and hear each other; what is relayed counts in the tenant's usage alone", async () => {
  const [a, b] = await Promise.all([open(alpha, pia, rex, ways.direct), open(alpha, rex, pia, ways.direct)]);
  for (const [i, [name, way]] of Object.entries(ways).entries()) {
    for (const page of [a, b]) await page.evaluate((way) => (window.way = way), way);
    const before = { alpha: await relayed(alpha), beta: await relayed(beta) };
    await (i % 2 ? call(b, a, pia) : call(a, b, rex)); // who calls often rings no more
    let came = 0;
    for (const page of [a, b]) {
      const { way: taken, bytes } = await counted(page, { frames: 10 });
      assert.deepEqual(taken, way.protocol ? ["relay", way.protocol, "relay"] : ["host", null, "host"], name);
      came += bytes;
    }
    const used = (await relayed(alpha)) - before.alpha;
    if (way.protocol) assert.ok(used >= 2 * came, `${name}: ${came} bytes came; ${used} count as relayed, by the relays of both`);
    else assert.equal(used, 0);
    assert.equal(await relayed(beta), before.beta);
    await button(b, "Hang up").click();
    await says(a, `${rex.name} ended the call`);
  }
  assert.deepEqual([...a.troubles, ...b.troubles], []);
});

test("two tenants' calls by the relay at once count each in their own usage; the call of one that is suspended ends, the other's goes on", async () => {
  const way = ways["the relay alone"];
  const people = [[alpha, pia, rex], [alpha, rex, pia], [beta, sue, tom], [beta, tom, sue]];
  const [a, b, c, d] = await Promise.all(people.map((each) => open(...each, way)));
  const before = { alpha: await relayed(alpha), beta: await relayed(beta) };
  await call(a, b, rex, false);
  await call(c, d, tom);
  const came = async (pages, wanted) => {
    let sum = 0;
    for (const page of pages) sum += (await counted(page, wanted)).bytes;
    return sum;
  };
  const alphas = await came([a, b], {}), betas = await came([c, d], { frames: 10 });
  const used = { alpha: (await relayed(alpha)) - before.alpha, beta: (await relayed(beta)) - before.beta };
  assert.ok(used.alpha >= 2 * alphas && used.beta >= 2 * betas, JSON.stringify({ used, alphas, betas }));
  await h.suspend(beta, "The shop is being moved.");
  for (const page of [c, d]) await says(page, "The call has ended, as the chat has");
  await counted(a, { packets: (await counted(a, {})).packets + 50 });
  await button(b, "Hang up").click();
  await says(a, `${rex.name} ended the call`);
  await h.suspend(beta);
  assert.deepEqual([...a.troubles, ...b.troubles], []);
});

test("the server is restarted during two calls: one goes on without it, one by the relay finds its way anew", async () => {
  const [a, b, c, d] = await Promise.all([
    open(alpha, pia, rex, ways.direct), open(alpha, rex, pia, ways.direct),
    open(beta, sue, tom, ways["the relay alone"]), open(beta, tom, sue, ways["the relay alone"]),
  ]);
  await call(a, b, rex, false);
  await call(c, d, tom, false);
  const before = [];
  for (const page of [a, b, c, d]) before.push(await counted(page, {}));
  await a.evaluate(() => {
    window.states = [];
    window.connections[0].addEventListener("connectionstatechange", () => window.states.push(window.connections[0].connectionState));
  });
  await h.restart();
  // Far more than what may have been on the way.
  for (const [i, page] of [a, b, c, d].entries()) await counted(page, { packets: before[i].packets + 100 });
  for (const page of [a, b, c, d]) await page.locator(".call-length").waitFor();
  assert.equal(await a.evaluate(() => window.states.includes("failed")), false);
  for (const [page, other, name] of [[b, a, rex.name], [d, c, tom.name]]) {
    await button(page, "Hang up").click();
    await says(other, `${name} ended the call`);
  }
});
