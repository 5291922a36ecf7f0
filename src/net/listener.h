// Listener: accepts connections on one address for one loop; each loop has its own socket on the same port
// (SO_REUSEPORT), so that the kernel spreads them.
//
// A machine that is gone is noticed by TCP's keep-alive after some 20 minutes, if nothing asks sooner.
//
// Thread: its loop. Lifetime: the accepted connections do not need it. Limits: when file descriptors run out it pauses
// for a moment and says so once, instead of spinning; so it does when Strangers lets nobody in.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/connection.h"
#include "net/loop.h"

namespace teahouse::net {

class Listener {
 public:
  using Accept = std::function<void(std::unique_ptr<Connection>)>;

  // The first loop to listen on a port takes it; the others share it with that one.
  enum class Port { taken, shared };

  // `address` is "127.0.0.1:5222", "[::1]:5222" or "*:5222" (both families); port 0 takes a free one.
  // `strangers`, which outlives it, bounds how many come in.
  // Errors: bad_request for an address that does not parse; conflict when somebody has it (but for `shared`, when that
  // is this user's own); the text names the address.
  static Result<std::unique_ptr<Listener>> listen(Loop& loop, const std::string& address, Accept accept,
                                                  Port port = Port::taken, Strangers* strangers = nullptr);
  ~Listener();
  uint16_t port() const;
  void close();  // accepts no more; accepted connections go on

 private:
  struct State;
  explicit Listener(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace teahouse::net
