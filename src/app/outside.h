// Outside: a loop's look-ups and requests to other people's servers; nothing is made until something is asked.
//
// Thread: its loop's. Lifetime: the loop outlives it, it outlives its exchanges and queries.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "http/client.h"
#include "net/dns.h"
#include "net/loop.h"

namespace teahouse {

struct OutsideOptions {
  std::string dns_server;      // as UnboundOptions has it
  std::string ca_file;         // empty: the system's authorities
  bool allow_private = false;  // addresses that are not of the public internet
  size_t exchanges_max = 100;
  std::string trust_anchor_file = {};  // as UnboundOptions has it
};

class Outside {
 public:
  Outside(net::Loop& loop, OutsideOptions options);
  ~Outside();

  Result<net::Dns*> dns();
  Result<net::TlsTrust> trust();  // of the authorities
  http::Exchange fetch(http::ClientRequest request, http::Client::Done done);
  bool any_address() const { return options_.allow_private; }
  net::AddressGuard guard() const;  // of what is connected to

 private:
  struct Made;
  Result<std::unique_ptr<Made>> make() const;
  Result<Made*> use();

  net::Loop& loop_;
  const OutsideOptions options_;
  std::unique_ptr<Made> made_;
};

}  // namespace teahouse
