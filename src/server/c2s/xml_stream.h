// XmlStream: one XML stream, whatever is said in it: headers and what must be in them, stream errors, and the end.
//
// Thread: its transport's loop.
// Owns: the transport.
// Limits: an element's by set_limits(). A peer that leaves more than unread_bytes_max of its answers unread is not read
// from until it has read them.
// Spec: RFC 6120 section 4, RFC 7395 section 3.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/home_checker.h"
#include "net/loop.h"
#include "server/c2s/transport.h"

namespace teahouse::c2s {

// The kind of all streams of a port: "client" and "jabber:client". One that is not versioned has neither a version nor
// features (XEP-0114).
struct StreamKind {
  std::string_view name;
  std::string_view ns;
  bool is_versioned = true;
  std::string_view declarations = {};  // of prefixes, in each header
};

class XmlStream final : private Transport::Events {
 public:
  class Events {
   public:
    virtual ~Events() = default;
    // A header of a stream of this kind, in XMPP 1.0; open() or end() answers it.
    virtual void on_header(const xml::Element& header) = 0;
    virtual void on_element(xml::Document element) = 0;
    virtual void on_peer_error(const xml::Element& /*error*/) {}  // the peer's stream error; on_over() follows
    virtual void on_over() = 0;  // one side has ended the stream; its connection goes once all is written
    virtual void on_secure() = 0;
    virtual void on_drained() = 0;                   // all that was sent is with the kernel
    virtual void on_gone(std::string_view why) = 0;  // the connection is over; the last that is told
    virtual std::string_view domain() const = 0;     // that the peer asked for; empty: not known yet
    virtual std::shared_ptr<void> share() = 0;       // keeps the stream, its owner and all that is made of them
  };

  XmlStream(const StreamKind& kind, Events& events) : kind_(kind), events_(events) {}
  void start(std::unique_ptr<Transport> transport) { transport_ = std::move(transport); }

  // Answers the peer's header with ours, from Events::domain(), and gives the stream's id. `to` empty: the peer did not
  // say who it is.
  std::string open(std::string_view to);
  // Of a stream that we open: says our header, from Events::domain(); the peer answers with its own.
  void begin(std::string_view to);
  // The peer's next word is a header.
  void restart();
  void start_tls(const net::TlsContexts& contexts, net::AskedPeers asked = {.without_alpn = true});
  void begin_tls(const net::TlsClient& client);  // on_secure follows, and then begin()
  // Ends with a stream error; `application` is an application-specific condition as XML. No error to one that is over.
  void end(std::string_view condition, std::string_view text, std::string_view application = {});
  // Ends it properly.
  void close();
  bool is_over() const { return over_; }
  bool awaits_header() const { return awaits_header_; }
  // Ends its connection once all is written, and leaves it open as a stream.
  void cut();
  // As if the connection had broken.
  void abort(std::string_view why);

  // Is not read from for so long. One that rests goes on doing so.
  void rest(net::Loop& loop, int64_t pause_ms);

  void set_unread_bytes_max(size_t bytes) { unread_bytes_max_ = bytes; }
  size_t queued_bytes() const { return transport_->queued_bytes(); }
  // On a connection that is not encrypted and could be.
  bool is_plain() const { return !transport_->is_over_http() && !transport_->is_secure(); }
  Transport& transport() const { return *transport_; }
  Transport::Events& transport_events() { return *this; }
  size_t send(const Stanza& stanza) { return transport_->send_stanza(stanza); }
  void send(std::string nonza) { transport_->send_nonza(std::move(nonza)); }
  std::shared_ptr<void> share() { return events_.share(); }
  // It moves to another loop.
  void leave_loop() {
    rest_.stop();
    checker_.release();
  }

 private:
  void on_header(const xml::Element& header, std::string_view default_ns) override;
  void on_element(xml::Document element) override;
  void on_stream_close() override { close(); }
  void on_fault(xml::StreamFault fault, const std::string& text) override;
  void on_secure() override { events_.on_secure(); }
  void on_drained() override;
  void on_gone(std::string_view why) override;
  bool check_header(const xml::Element& header, std::string_view default_ns);
  void wait_for_reader();

  const StreamKind& kind_;
  Events& events_;
  std::unique_ptr<Transport> transport_;
  size_t unread_bytes_max_ = 64 * 1024;
  bool opened_ = false;  // our header was sent
  bool awaits_header_ = true;
  bool is_ours_ = false;  // we have opened it
  bool over_ = false;
  bool unread_ = false;  // not read from, since it does not read
  net::Timer rest_;
  HomeChecker checker_;
};

}  // namespace teahouse::c2s
