#include "server/core_info.h"

namespace teahouse {

const ModuleInfo& core_info() {
  static const ModuleInfo info{
      .name = "server",
      .summary = "Streams and sessions: the core, which no tenant is without.",
      .xeps = {{114, "1.6", "Jabber Component Protocol", "components connect to us; we don't to them"},
               {124, "1.11.2", "Bidirectional-streams Over Synchronous HTTP (BOSH)",
                "several streams in one session, acknowledgements, compression, route"},
               {185, "1.0", "Dialback Key Generation and Validation", ""},
               {198, "1.6.3", "Stream Management", ""},
               {206, "1.4", "XMPP Over BOSH", ""},
               {220, "1.1.1", "Server Dialback", "only inside TLS; one pair of domains on a stream that we open"},
               {368, "1.1.0", "SRV records for XMPP over TLS", ""},
               {386, "1.1.0", "Bind 2", ""},
               {388, "1.0.4", "Extensible SASL Profile", "tasks but for the upgrade of a password's keys"},
               {440, "0.4.2", "SASL Channel-Binding Type Capability", "none over WebSocket and BOSH"},
               {474, "0.5.0", "SASL SCRAM Downgrade Protection", ""},
               {478, "0.2.0", "Stream Limits Advertisement", ""},
               {480, "0.2.0", "SASL Upgrade Tasks", "to SCRAM-SHA-512, which is the one hash that accounts can lack"},
               {484, "0.2.0", "Fast Authentication Streamlining Tokens", "TLS 0-RTT"},
               {515, "0.1.0", "TLS Channel-Binding Downgrade Protection", "none over WebSocket and BOSH"}}};
  return info;
}

}  // namespace teahouse
