// connect: opens a connection to a name or address: looks it up, tries IPv6 and IPv4 side by side ("Happy Eyeballs"),
// secures it. Directly: no proxy is asked.
//
// Thread: its loop's. Lifetime: loop and Dns outlive it.
// Limits: 64 addresses of a name; 6 attempts at a time; the time that the destination gives.
// Spec: RFC 8305. Of its address selection (section 4) only that the families take turns, IPv6 first: an address that
// cannot be reached from here fails at once, and the next has its turn.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/address_guard.h"
#include "net/connection.h"
#include "net/dns.h"
#include "net/loop.h"
#include "net/tls_client.h"

namespace teahouse::net {

struct Destination {
  std::string host;  // a DNS name in ASCII, or an IP address
  uint16_t port = 0;
  std::optional<TlsClient> tls;  // from the first byte on; none: plain
  AddressGuard guard;
  int64_t timeout_ms = 10'000;  // in all
};

// An attempt to connect; destroying it ends it and leaves nothing behind. Movable.
class Connecting {
 public:
  using Done = std::function<void(Result<std::unique_ptr<Connection>>)>;

  Connecting();
  Connecting(Connecting&&) noexcept;
  Connecting& operator=(Connecting&&) noexcept;
  ~Connecting();

 private:
  friend Connecting connect(Loop& loop, Dns& dns, Destination to, Done done);
  struct State;
  std::unique_ptr<State> state_;
};

// `done` is called once, from the loop, never from here; it may destroy the Connecting. It calls start() on the
// connection before it returns, or drops it.
// Errors: bad_request for a host that is none; forbidden by the guard; remote_server_not_found without an address;
// remote_server_timeout; service_unavailable when nobody answers there; not_authorized for a certificate that is not
// good. The text names the host and the last address that was tried.
[[nodiscard]] Connecting connect(Loop& loop, Dns& dns, Destination to, Connecting::Done done);

}  // namespace teahouse::net
