// @xmpp/client 0.14 logs in by SASL2 with its password and is given a token, comes back by the token alone, and is shut out by it. What
// it does is told by the environment: SERVICE, DOMAIN, USER, PASSWORD. It prints a line for each thing that worked.
import { client, xml } from "@xmpp/client";

const { SERVICE, DOMAIN, USER, PASSWORD } = process.env;
const CAM = "urn:xmpp:cam:0";
const done = (what) => console.log(`done ${what}`);

/** A client of one device; `kept` is where its token lies between its logins. */
function device(id, kept, password) {
  const agent = xml("user-agent", { id }, xml("software", {}, "xmpp.js"), xml("device", {}, "Test bench"));
  const me = client({ service: SERVICE, domain: DOMAIN, username: USER, password, userAgent: agent });
  me.timeout = 60_000;  // its own 2 s are little for a busy machine
  me.reconnect.stop();
  // The library waits for an answer only when its write has ended; over TLS the answer may be there before that, and is missed.
  const write = me.write.bind(me);
  me.write = async (text) => { write(text).catch((error) => me.emit("error", error)); };
  me.fast.saveToken = async (token) => { kept.token = token; };
  me.fast.fetchToken = async () => kept.token;
  me.fast.deleteToken = async () => { kept.deleted = kept.token; kept.token = null; };
  me.on("error", (error) => console.log(`error ${error}`));
  for (const [event, sign] of [["input", "<"], ["output", ">"]]) {
    me.on(event, (text) => console.log(`${new Date().toISOString()} ${sign} ${text}`));
  }
  return me;
}

const phone = "d4565fa7-4d72-4749-b3d3-740edbf87770", laptop = "d4565fa7-4d72-4749-b3d3-740edbf87771";
const kept = {}, others = {};

const first = device(phone, kept, PASSWORD);
const address = await first.start();
if (address.bare().toString() !== `${USER}@${DOMAIN}`) throw new Error(`bound as ${address}`);
if (!kept.token?.token || !(new Date(kept.token.expiry) > new Date())) throw new Error(`no token: ${JSON.stringify(kept)}`);
done("login");
await first.stop();

const token = kept.token.token;
const again = device(phone, kept, "no password");
const same = await again.start();
if (same.toString() !== address.toString()) throw new Error(`bound as ${same}, and was ${address}`);
if (kept.deleted || kept.token.token !== token) throw new Error("it did not come back by its token");
done("token");

const laptop_client = device(laptop, others, PASSWORD);
await laptop_client.start();
const answer = await laptop_client.iqCaller.request(xml("iq", { type: "get" }, xml("list", CAM)));
const clients = answer.getChild("clients", CAM).getChildren("client");
const phone_id = clients.find((c) => same.resource.endsWith(c.attrs.id)).attrs.id;
if (clients.length !== 2) throw new Error(`${clients.length} clients`);
const thrown_out = new Promise((resolve) => again.on("disconnect", resolve));
await laptop_client.iqCaller.set(xml("revoke", { xmlns: CAM, id: phone_id }));
await thrown_out;
done("revoke");

// Its token is refused; it tries the password then, which is wrong here.
// The library rejects a promise of its own as well, which nobody has.
process.on("unhandledRejection", (reason) => { if (reason?.condition !== "not-authorized") throw reason; });
const refused = device(phone, kept, "no password");
const error = await refused.start().then(() => null, (e) => e);
if (error?.condition !== "not-authorized" || kept.deleted?.token !== token) throw new Error(`it should be refused: ${error}`);
done("refused");
await refused.stop();
await laptop_client.stop();
done("stop");
process.exit(0);
