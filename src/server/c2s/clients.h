// Clients: the client streams of one home, from accept to close.
//
// Thread: its home's loop. Owns: the streams.
// Limits: a stream that takes longer than login_timeout_s for any of its steps (TLS, login, bind) is closed
// (connection-timeout); one whose password was refused may stay refused_timeout_s after each. A client that is silent
// for long, and then does not answer a probe, is given up as if its connection had broken.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "http/server.h"
#include "net/connection.h"
#include "net/tls.h"
#include "server/c2s/bosh/bosh_front.h"
#include "server/c2s/transport.h"
#include "server/home.h"

namespace teahouse::c2s {

class Stream;

struct Options {
  bool require_tls = true;  // on plain TCP: nothing but STARTTLS is offered before TLS
  int64_t login_timeout_s = 30;
  int64_t refused_timeout_s = 600;  // after a wrong password
  int64_t probe_after_s = 600;      // of silence; 0: never
  int64_t bosh_inactivity_s = 60;   // a client between two requests
  int64_t probe_answer_ms() const { return std::min<int64_t>(probe_after_s, 60) * 1000; }
};

class Clients {
 public:
  Clients(Home& home, const net::TlsContexts& contexts, const Options& options);
  ~Clients();

  // `all` are the Clients of all homes, by loop index: where streams move to.
  void set_siblings(const std::vector<Clients*>& all);

  // A TCP connection; plain, or with its TLS handshake done. `early`: bytes that have come on it.
  void accept(std::unique_ptr<net::Connection> connection, std::string_view early = {});
  // A request to open a WebSocket for XMPP (RFC 7395). The caller has looked at Origin, where that matters.
  void accept(const http::Request& request, http::Responder responder);
  // Clients whose streams are carried by HTTP requests (XEP-0124).
  BoshFront& bosh() { return bosh_; }
  // A client on a transport of any kind, which `make` makes; null: the transport has refused it.
  void accept(const std::function<std::unique_ptr<Transport>(Transport::Events&)>& make) { begin(make); }
  // Takes nobody any more.
  void refuse_more() { refuses_more_ = true; }
  bool refuses_more() const { return refuses_more_; }
  // Ends the streams that have no session; Home::stop ends the others.
  void stop();
  size_t count() const { return streams_.size(); }

  Home& home() { return home_; }
  const net::TlsContexts& contexts() const { return contexts_; }
  const Options& options() const { return options_; }

 private:
  friend class Stream;
  // Null: the transport has refused it, or no more are taken.
  std::shared_ptr<Stream> begin(const std::function<std::unique_ptr<Transport>(Transport::Events&)>& make);
  void follow(TenantId tenant);
  void add(const std::shared_ptr<Stream>& stream);
  bool has(const Stream& stream) const;
  void remove(Stream& stream);  // REQUIRES: has(stream)
  int64_t look_ms() const;
  void look_after_some();
  // The stream is over; it is destroyed at the end of the turn.
  void forget(Stream& stream);
  // Takes it to another home; `arrived` runs there. REQUIRES: it is held; it is released when it has arrived.
  void move(const std::shared_ptr<Stream>& stream, Place to, std::function<void()> arrived);

  Home& home_;
  const net::TlsContexts& contexts_;
  const Options options_;
  std::vector<Clients*> siblings_;
  BoshFront bosh_{*this};                         // outlives the streams, whose transports know it
  std::vector<std::shared_ptr<Stream>> streams_;  // each knows its place
  size_t looked_at_ = 0;                          // the place of the stream that was looked after last
  net::Timer look_timer_;
  std::vector<Hooked> hooked_;
  bool refuses_more_ = false;
};

}  // namespace teahouse::c2s
