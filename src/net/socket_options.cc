#include "net/socket_options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace teahouse::net {

namespace {
constexpr int keep_alive_idle_s = 900, keep_alive_interval_s = 60, keep_alive_probes = 4;
}  // namespace

void set_stream_options(int socket) {
  const auto set = [socket](int level, int option, int value) {
    ::setsockopt(socket, level, option, &value, sizeof value);
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, keep_alive_idle_s);
  set(IPPROTO_TCP, TCP_KEEPINTVL, keep_alive_interval_s);
  set(IPPROTO_TCP, TCP_KEEPCNT, keep_alive_probes);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
}

}  // namespace teahouse::net
