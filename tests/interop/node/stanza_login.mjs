// stanza (npm) over WebSocket, told by the environment: SERVICE, DOMAIN, USER, PASSWORD. It says by which SASL mechanism it tried and
// ends with status 0 once it has a session.
import * as XMPP from "stanza";

const { SERVICE, DOMAIN, USER, PASSWORD } = process.env;
const me = XMPP.createClient({
  jid: `${USER}@${DOMAIN}`, password: PASSWORD, resource: "node", autoReconnect: false,
  transports: { websocket: SERVICE, bosh: false },
});
me.on("raw:outgoing", (data) => {
  const mechanism = /<auth [^>]*mechanism="([^"]*)"/.exec(data);
  if (mechanism) console.log(`tries ${mechanism[1]}`);
});
me.on("session:started", () => {
  console.log("done login");
  process.exit(0);
});
for (const end of ["auth:failed", "disconnected"]) {
  me.on(end, () => {
    console.log(end);
    process.exit(1);
  });
}
me.connect();
