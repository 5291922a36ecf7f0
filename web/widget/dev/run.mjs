// Development only: prosody and a stand-in for the HTTP endpoints the widget uses (the real ones are src/api), and web/dist.
// `node dev/run.mjs [http port]` prints one JSON line in the shape that tests/browser/README.md describes, and runs until killed.
import { createServer } from "node:http";
import { createHmac, randomBytes } from "node:crypto";
import { spawn } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const port = Number(process.argv[2] ?? 15380);
const wsPort = port + 1,
  c2sPort = port + 2;
const dir = process.env.TEAHOUSE_DEV_DIR ?? mkdtempSync(join(tmpdir(), "teahouse-dev-"));
mkdirSync(join(dir, "data"), { recursive: true });
const secret = "ss_development";
const sites = { pk_alpha: "alpha.test", pk_beta: "beta.test" };
const names = new Map(); // "pk/id" -> {name, picture}

const b64 = (s) => Buffer.from(s).toString("base64url");
export function token(pk, claims) {
  const data = `${b64('{"alg":"HS256","typ":"JWT"}')}.${b64(JSON.stringify({ iss: pk, exp: Math.floor(Date.now() / 1000) + 3600, ...claims }))}`;
  return `${data}.${createHmac("sha256", secret).update(data).digest("base64url")}`;
}
function verify(text, grace = 0) {
  const [h, p, s] = (text ?? "").replace(/^Bearer /, "").split(".");
  if (!s || createHmac("sha256", secret).update(`${h}.${p}`).digest("base64url") !== s) return null;
  const claims = JSON.parse(Buffer.from(p, "base64url").toString());
  return claims.exp + grace > Date.now() / 1000 ? claims : null;
}

let prosody;
const startProsody = () => {
  prosody = spawn("prosody", ["--config", join(here, "prosody.cfg.lua"), "-F"], {
    stdio: ["ignore", 2, 2],
    env: {
      ...process.env,
      TEAHOUSE_DEV_DIR: dir,
      TEAHOUSE_DEV_MODULES: here,
      TEAHOUSE_DEV_WS: wsPort,
      TEAHOUSE_DEV_C2S: c2sPort,
      TEAHOUSE_DEV_SECRET: secret,
    },
  });
};

const json = (res, status, body, type = "application/json") => {
  res.writeHead(status, { "content-type": type });
  res.end(JSON.stringify(body));
};
const problem = (res, status, title, code) => json(res, status, { title, detail: title, status, code }, "application/problem+json");

const server = createServer(async (req, res) => {
  const url = new URL(req.url, `http://${req.headers.host}`);
  res.setHeader("access-control-allow-origin", req.headers.origin ?? "*");
  res.setHeader("access-control-allow-headers", "authorization, content-type");
  res.setHeader("access-control-allow-methods", "GET, POST, PUT");
  if (req.method === "OPTIONS") return res.writeHead(204).end();
  let body = "";
  for await (const part of req) body += part;
  let m;
  if (url.pathname === "/dev/restart") {
    // the test's "server restart"
    prosody.kill(url.searchParams.get("signal") ?? "SIGTERM");
    prosody.once("exit", () =>
      setTimeout(
        () => {
          startProsody();
          res.end("restarted");
        },
        Number(url.searchParams.get("down") ?? 1500),
      ),
    );
    return;
  }
  if ((m = url.pathname.match(/^\/v1\/sites\/(\w+)\/(widget|guests)$/))) {
    const domain = sites[m[1]];
    if (!domain) return problem(res, 404, "There is no site with this id.");
    if (req.headers.origin?.includes("refused"))
      return problem(res, 403, `The site ${m[1]} does not allow the origin ${req.headers.origin}.`, "origin-refused");
    if (m[2] === "widget") {
      return json(res, 200, {
        site: m[1],
        name: domain === "alpha.test" ? "Alpha Teas" : "Beta",
        domain,
        rooms: `rooms.${domain}`,
        websocket: `ws://127.0.0.1:${wsPort}/xmpp-websocket`,
        guests: true,
        lobby: "lobby",
      });
    }
    const old = verify(req.headers.authorization, 30 * 86400);
    const user = old?.sub ?? `guest-${randomBytes(3).toString("hex")}`;
    const exp = Math.floor(Date.now() / 1000) + 3600;
    return json(res, 201, { user, token: token(m[1], { sub: user, exp }), expires: exp });
  }
  if ((m = url.pathname.match(/^\/v1\/users\/([^/]+)$/))) {
    const me = verify(req.headers.authorization);
    if (!me) return problem(res, 401, "The token is not valid.");
    const id = decodeURIComponent(m[1]),
      key = `${me.iss}/${id}`;
    if (me.name) names.set(`${me.iss}/${me.sub}`, { name: me.name, picture: me.picture, ...names.get(`${me.iss}/${me.sub}`) });
    if (req.method === "PUT") {
      if (me.sub !== id) return problem(res, 403, "You may change only yourself.");
      names.set(key, { name: new URLSearchParams(body).get("name") });
    }
    const known = names.get(key) ?? (id.startsWith("guest-") ? { name: `Guest ${id.slice(6)}` } : null);
    return known ? json(res, 200, { id, jid: `${id}@${sites[me.iss]}`, ...known }) : problem(res, 404, "There is no such user.");
  }
  try {
    // the widget itself
    const file = readFileSync(join(here, "../../dist", url.pathname.replace(/\.\./g, "")));
    res.writeHead(200, {
      "content-type": url.pathname.endsWith(".js") ? "text/javascript; charset=utf-8" : "text/plain",
      "cache-control": "no-cache",
    });
    res.end(file);
  } catch {
    problem(res, 404, "Not found.");
  }
});

startProsody();
const stop = () => {
  prosody?.kill("SIGTERM");
  process.exit(0);
};
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
server.listen(port, "127.0.0.1", () => {
  const user = (pk, id, name) => ({ id, name, jid: `${id}@${sites[pk]}`, password: "secret" });
  console.log(
    JSON.stringify({
      origin: `http://127.0.0.1:${port}`,
      xmpp: { host: "127.0.0.1", port: c2sPort },
      websocket: `ws://127.0.0.1:${wsPort}/xmpp-websocket`,
      restart: `http://127.0.0.1:${port}/dev/restart`,
      tenants: ["pk_alpha", "pk_beta"].map((pk) => ({
        site: pk,
        secret,
        domain: sites[pk],
        users: [user(pk, "ann", "Ann Lee"), user(pk, "bo", "Bo Chen")],
      })),
    }),
  );
});
