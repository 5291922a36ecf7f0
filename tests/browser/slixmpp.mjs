// Somebody else's XMPP client (slixmpp, in a process of its own), to be in the same conversations as the widget.
import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as h from "./harness.mjs";

const program = fileURLToPath(new URL("slixmpp_client.py", import.meta.url));

class Slixmpp {
  /** Every message stanza that came: { from, to, type, body, xml }. */
  messages = [];
  #child = spawn("/usr/bin/python3", [program], { stdio: ["pipe", "pipe", "inherit"] });
  #told = new EventEmitter(); // "message", and the number of each call that is answered
  #calls = 0;
  #ended = new AbortController();

  constructor(who) {
    this.#child.stdin.on("error", () => {}); // it has ended, and that is told by "close"
    this.#child.on("close", (status) => this.#ended.abort(new Error(`slixmpp ended (status ${status}).`)));
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      const { id, error, message } = JSON.parse(line);
      if (process.env.TEAHOUSE_BROWSER_DEBUG) console.log(`[slixmpp ${who.jid}] ${line}`);
      if (message) this.messages.push(message);
      this.#told.emit(message ? "message" : id, error);
    });
    this.#write(who);
  }
  #write(what) {
    this.#child.stdin.write(`${JSON.stringify(what)}\n`);
  }
  /** What is told next under this name. */
  async #next(name, what) {
    const late = AbortSignal.timeout(h.timeoutMs);
    try {
      return await once(this.#told, name, { signal: AbortSignal.any([late, this.#ended.signal]) });
    } catch (error) {
      throw this.#ended.signal.reason ?? new Error(`slixmpp waited in vain for ${what}.`, { cause: error });
    }
  }
  async #call(call, values = {}) {
    const id = ++this.#calls;
    this.#write({ id, call, with: values });
    const [error] = await this.#next(id, `an answer to ${call}`);
    if (error) throw new Error(`slixmpp could not ${call} ${JSON.stringify(values)}: ${error}`);
  }

  login = () => this.#call("login");
  chat = (to, body) => this.#call("chat", { to, body });
  share = (to, url) => this.#call("share", { to, url });
  join = (room, nick) => this.#call("join", { room, nick });
  say = (room, body) => this.#call("say", { room, body });
  subject = (room, text) => this.#call("subject", { room, text });
  befriend = (jid) => this.#call("befriend", { jid });
  configure = (room, options) => this.#call("configure", { room, options });
  setRole = (room, nick, role, reason) => this.#call("set_role", { room, nick, role, reason });
  setAffiliation = (room, jid, affiliation, reason) => this.#call("set_affiliation", { room, jid, affiliation, reason });

  /** Gives the message with this text, when it has come. */
  async gets(text) {
    for (;;) {
      const message = this.messages.find(({ body }) => body.includes(text));
      if (message) return message;
      await this.#next("message", `"${text}"`);
    }
  }
  async stop() {
    this.#child.stdin.end();
    if (!this.#ended.signal.aborted) await once(this.#child, "close");
  }
}

/** An ordinary client, logged in with the same site token as a page. */
export async function slixmpp(tenant, user) {
  const client = new Slixmpp({ ...h.config.xmpp, jid: `${user.id}@${tenant.domain}/slixmpp`, password: h.token(tenant, user) });
  try {
    await client.login();
  } catch (error) {
    await client.stop();
    throw error;
  }
  return client;
}
