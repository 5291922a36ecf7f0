// Dns: looks names up. dns_records.h reads the answers.
//
// Thread: its loop's. Spec: RFC 1035; RFC 4035 (what is validated).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace teahouse::net {

enum class DnsType : uint16_t { a = 1, cname = 5, txt = 16, aaaa = 28, srv = 33, tlsa = 52 };

struct DnsAnswer {
  std::vector<std::string> records;  // each one's RDATA as it stands in a message, but with no name compressed
  bool validated = false;            // DNSSEC vouches for it, also for there being none
  bool exists = true;                // false: there is no such name (NXDOMAIN)
  int ttl_s = 0;
};

class Dns {
 public:
  using Done = std::function<void(Result<DnsAnswer>)>;
  // A look-up under way; destroying it ends it, and `done` is not called any more.
  class Query {
   public:
    virtual ~Query() = default;
  };

  virtual ~Dns() = default;
  // `done` is called once, from the loop, never from here; it may destroy the query. That there are no records is no
  // error. Errors: bad_request for what is no name; remote_server_timeout when no server answers in time, or all fail;
  // remote_server_not_found for an answer that DNSSEC calls forged; resource_constraint when too many are under way.
  [[nodiscard]] virtual std::unique_ptr<Query> find(const std::string& name, DnsType type, Done done) = 0;
};

}  // namespace teahouse::net
