// The namespaces the widget speaks, each by the name its specification gives it.
export const ns = {
  framing: "urn:ietf:params:xml:ns:xmpp-framing", // RFC 7395
  streams: "http://etherx.jabber.org/streams",
  streamErrors: "urn:ietf:params:xml:ns:xmpp-streams",
  stanzaErrors: "urn:ietf:params:xml:ns:xmpp-stanzas",
  sasl: "urn:ietf:params:xml:ns:xmpp-sasl", // the names of its errors
  sasl2: "urn:xmpp:sasl:2", // XEP-0388
  bind2: "urn:xmpp:bind:0", // XEP-0386
  fast: "urn:xmpp:fast:0", // XEP-0484
  apiToken: "urn:teahouse:api-token:0", // our own: a token for the HTTP API
  client: "jabber:client",
  roster: "jabber:iq:roster",
  discoInfo: "http://jabber.org/protocol/disco#info", // XEP-0030
  muc: "http://jabber.org/protocol/muc", // XEP-0045
  mucUser: "http://jabber.org/protocol/muc#user",
  rsm: "http://jabber.org/protocol/rsm", // XEP-0059
  dataForm: "jabber:x:data",
  oob: "jabber:x:oob", // XEP-0066
  caps: "http://jabber.org/protocol/caps", // XEP-0115
  chatStates: "http://jabber.org/protocol/chatstates", // XEP-0085
  urlData: "http://jabber.org/protocol/url-data", // XEP-0103
  nick: "http://jabber.org/protocol/nick", // XEP-0172
  jingle: "urn:xmpp:jingle:1", // XEP-0166
  muji: "urn:xmpp:jingle:muji:0", // XEP-0272
  receipts: "urn:xmpp:receipts", // XEP-0184
  sm: "urn:xmpp:sm:3", // XEP-0198
  ping: "urn:xmpp:ping", // XEP-0199
  time: "urn:xmpp:time", // XEP-0202
  delay: "urn:xmpp:delay", // XEP-0203
  conference: "jabber:x:conference", // XEP-0249
  thumbs: "urn:xmpp:thumbs:1", // XEP-0264
  carbons: "urn:xmpp:carbons:2", // XEP-0280
  forward: "urn:xmpp:forward:0", // XEP-0297
  hashes: "urn:xmpp:hashes:2", // XEP-0300
  mam: "urn:xmpp:mam:2", // XEP-0313
  markers: "urn:xmpp:chat-markers:0", // XEP-0333
  hints: "urn:xmpp:hints", // XEP-0334
  stanzaId: "urn:xmpp:sid:0", // XEP-0359
  upload: "urn:xmpp:http:upload:0", // XEP-0363
  occupantId: "urn:xmpp:occupant-id:0", // XEP-0421
  retract: "urn:xmpp:message-retract:1", // XEP-0424
  jingleMessage: "urn:xmpp:jingle-message:0", // XEP-0353
  moderate: "urn:xmpp:message-moderate:1", // XEP-0425
  fallback: "urn:xmpp:fallback:0", // XEP-0428
  fileMetadata: "urn:xmpp:file:metadata:0", // XEP-0446
  fileSharing: "urn:xmpp:sfs:0", // XEP-0447
  push: "urn:teahouse:push:0", // our own: src/modules/push
} as const;
