// Target: the server that is measured, how it is spoken to, and the users that live there.
#pragma once

#include <string>

#include "bench/wire/socket.h"

namespace teahouse::bench {

enum class Transport { floor, floor_tls, plain, starttls, tls, websocket };

struct Target {
  Address address;
  Transport transport = Transport::plain;
  std::string mechanism = "SCRAM-SHA-256";  // or SCRAM-SHA-1, PLAIN, HT-SHA-256-NONE
  std::string websocket_path = "/xmpp";
  std::string password = "secret";
  std::string domain = "bench.example";
  std::string rooms_prefix = "rooms.";  // rooms are at <prefix><domain>
  size_t tenants = 1;                   // more than one: t0.<domain>, t1.<domain> ...
  bool presence = true;                 // sessions become available
  bool stream_management = false;       // XEP-0198 with resumption
  bool carbons = false;                 // XEP-0280

  bool is_floor() const { return transport == Transport::floor || transport == Transport::floor_tls; }
  std::string domain_of(size_t user) const {
    return tenants > 1 ? "t" + std::to_string(user % tenants) + "." + domain : domain;
  }
};

// User 7 of three tenants is u2@t1.<domain>.
struct User {
  std::string localpart, domain, resource;
  std::string bare() const { return localpart + "@" + domain; }
  std::string full() const { return bare() + "/" + resource; }
};
inline User make_user(const Target& target, size_t number, std::string resource = "r") {
  return {"u" + std::to_string(number / target.tenants), target.domain_of(number), std::move(resource)};
}

}  // namespace teahouse::bench
