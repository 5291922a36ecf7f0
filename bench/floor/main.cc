// bench_floor: listens plain and with TLS, prints `ready`, relays until it is ended by a signal.
#include <cstdio>
#include <exception>

#include "bench/floor/relay.h"

int main(int argc, char** argv) {
  using namespace teahouse::bench;
  if (argc != 3) {
    std::fputs("usage: bench_floor ADDRESS:PORT TLS-ADDRESS:PORT\n", stderr);
    return 2;
  }
  try {
    Poller poller;
    const TlsContext tls(TlsContext::Role::server);
    Relay relay(poller);
    const Acceptor plain(poller, parse_address(argv[1]), [&](int fd) { relay.accept(fd, nullptr); });
    const Acceptor secure(poller, parse_address(argv[2]), [&](int fd) { relay.accept(fd, &tls); });
    std::puts("ready");
    std::fflush(stdout);
    for (;;) {
      poller.turn(-1);
      relay.forget_closed();
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_floor: %s\n", error.what());
    return 1;
  }
}
