// stanza (npm) over BOSH, told by the environment: SERVICE, DOMAIN, USER, PASSWORD, PEER (who answers its messages). It says a line for each
// thing that worked.
import * as XMPP from "stanza";

const { SERVICE, DOMAIN, USER, PASSWORD, PEER } = process.env;
const me = XMPP.createClient({
  jid: `${USER}@${DOMAIN}`, password: PASSWORD, resource: "node", autoReconnect: false, useStreamManagement: false,
  transports: { bosh: SERVICE, websocket: false },
});
const answers = [];
me.on("raw:*", (direction, data) => console.log(`${direction} ${String(data).slice(0, 600)}`));
me.on("session:started", () => {
  console.log("done login");
  me.sendPresence();
  for (let n = 0; n < 20; ++n) me.sendMessage({ to: PEER, type: "chat", body: `${n}` });
});
me.on("message", ({ body }) => {
  answers.push(body);
  if (answers.length < 20) return;
  if (answers.some((text, n) => text !== `echo: ${n}`)) throw new Error(`the answers are ${answers}`);
  console.log("done talk");
  me.disconnect();
});
me.on("auth:failed", () => process.exit(1));
me.on("disconnected", () => {
  console.log(answers.length === 20 ? "done stop" : "disconnected");
  process.exit(answers.length === 20 ? 0 : 1);
});
me.connect();
