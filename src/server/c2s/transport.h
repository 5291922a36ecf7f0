// Transport: how the XML of a client stream gets in and out: over TCP (RFC 6120), WebSocket (RFC 7395) or HTTP requests
// (XEP-0124).
//
// Thread: its home loop; move_to() changes it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/channel_binding.h"
#include "net/connection.h"
#include "net/tls.h"
#include "net/tls_client.h"
#include "server/c2s/stream_limits.h"
#include "xml/document.h"
#include "xml/stream_parser.h"
#include "xmpp/stanza.h"

namespace teahouse::c2s {

// Of an element that could not be parsed.
inline xml::StreamFault fault_of(const Error& error) {
  return error.kind == ErrorKind::policy_violation ? xml::StreamFault::policy_violation
         : error.kind == ErrorKind::not_allowed    ? xml::StreamFault::restricted_xml
                                                   : xml::StreamFault::not_well_formed;
}

struct StreamHeader {
  std::string_view ns;                 // of its stanzas
  std::string from, id, lang, to;      // to empty: the peer did not say who it is
  std::string_view version = "1.0";    // empty: none is said
  std::string_view declarations = {};  // of prefixes, as XML
};

class Transport {
 public:
  class Events {
   public:
    virtual ~Events() = default;
    virtual void on_header(const xml::Element& header, std::string_view default_ns) = 0;
    virtual void on_element(xml::Document element) = 0;
    virtual void on_stream_close() = 0;  // the peer closed its stream properly
    virtual void on_fault(xml::StreamFault fault, const std::string& text) = 0;
    virtual void on_secure() = 0;
    virtual void on_drained() = 0;                   // all that was sent is with the kernel
    virtual void on_gone(std::string_view why) = 0;  // the connection is over
  };
  virtual ~Transport() = default;

  virtual void send_header(const StreamHeader& header) = 0;
  virtual size_t send_stanza(const Stanza& stanza) = 0;  // its bytes
  virtual void send_nonza(std::string xml) = 0;          // declares its own namespaces
  // A stream error, behind which nothing is sent.
  virtual void send_error(std::string_view /*condition*/, std::string xml) { send_nonza(std::move(xml)); }
  // Ends our stream and closes the connection once all is written.
  virtual void close() = 0;
  // Closes the connection once all is written, and says nothing of our stream.
  virtual void cut() = 0;
  // Ends at once, tells nobody.
  virtual void abort() = 0;
  // The next thing from the peer is a new stream header.
  virtual void restart() = 0;
  // From the next element on.
  virtual void set_limits(const StreamLimits& limits) = 0;

  // STARTTLS: sends `proceed`, then TLS begins; what the peer sent behind its request is thrown away.
  virtual void start_tls(std::string proceed, const net::TlsContexts& contexts, const std::string& name,
                         net::AskedPeers asked) = 0;
  // The other side of it, once the peer has said to go on; on TCP alone.
  virtual void begin_tls(const net::TlsClient& /*client*/) {}

  // hold(): no event comes until as many release()s; what arrives meanwhile waits (with back-pressure).
  virtual void hold() = 0;
  virtual void release() = 0;
  virtual bool is_held() const = 0;
  // Asks for a sign of life below XMPP. False: this transport has none.
  virtual bool send_ping() = 0;
  // Has the peer given a sign of life since this was last asked? And the same, which stays to be taken.
  virtual bool take_sign_of_life() = 0;
  virtual bool has_sign_of_life() const = 0;
  virtual size_t queued_bytes() const = 0;  // the memory of what was sent and is not written yet
  // The peer is known, and a stranger no more (net/strangers.h).
  virtual void admit() = 0;

  // Goes on on another loop; `arrived` runs there.
  virtual void move_to(net::Loop& other, std::function<void()> arrived) = 0;

  // HTTP carries it, or did so to open a WebSocket: XML comes in whole elements, and TLS is there from the start or
  // never.
  virtual bool is_over_http() const = 0;
  // Where the client is: behind a trusted proxy, what that says.
  virtual const std::string& peer_address() const = 0;
  virtual bool is_secure() const = 0;  // TLS ends here
  // Nobody on the way reads along.
  virtual bool is_private() const = 0;
  // By what its TLS connection can be told from others; none over HTTP, where no page can see it and a proxy
  // may end it.
  virtual std::vector<ChannelBinding> channel_bindings() const = 0;
  // The version of that TLS connection (net::Connection::tls_version); empty over HTTP too.
  virtual std::string tls_version() const = 0;
  // Which its client showed in TLS (net::Connection::peer_certificate); none over HTTP, where none is asked for.
  virtual std::string peer_certificate() const = 0;
  // All of them, in DER (net::Connection::peer_chain).
  virtual std::vector<std::string> peer_chain() const { return {}; }
  // The name that the client asked for in its TLS handshake; empty without, and where a proxy may have asked for it.
  virtual std::string sni() const = 0;
};

// ConnectionTransport: one on a connection of its own.
class ConnectionTransport : public Transport {
 public:
  void abort() override { connection().abort(); }
  bool take_sign_of_life() override { return connection().take_sign_of_life(); }
  bool has_sign_of_life() const override { return connection().has_sign_of_life(); }
  size_t queued_bytes() const override { return connection().queued_bytes(); }
  void admit() override { connection().admit(); }
  bool is_secure() const override { return connection().is_secure(); }
  std::vector<std::string> peer_chain() const override { return connection().peer_chain(); }

 protected:
  virtual net::Connection& connection() const = 0;
};

// Elements in the stream's own default namespace are seen in `seen_ns`, where one is given. Lifetime: of that, as long
// as the transport's. `early`: bytes that the connection has given already; where there are some the transport is held,
// and they are handed on by release().
std::unique_ptr<Transport> make_tcp_transport(std::unique_ptr<net::Connection> connection, Transport::Events& events,
                                              std::string_view seen_ns = {}, std::string_view early = {});

}  // namespace teahouse::c2s
