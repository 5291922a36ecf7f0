// UnboundDns: names looked up by libunbound: its thread asks, caches as long as an answer's TTL allows and checks
// DNSSEC; its descriptor wakes the loop.
//
// Thread: its loop's. Lifetime: the loop outlives it; a query may outlive it and is then never answered.
// Owns: one thread, from the first look-up on, and some 4 MiB of cache at most.
// Limits: of an answer 100 records of 4 KiB; 1,000 look-ups under way; 10 s for each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "net/dns.h"
#include "net/loop.h"

namespace teahouse::net {

struct UnboundOptions {
  // The resolver to ask, "192.0.2.53:53" or "[2001:db8::53]:53"; empty: those of /etc/resolv.conf, after /etc/hosts.
  std::string server;
  // A file with DS or DNSKEY records, from which DNSSEC is checked; empty: nothing is validated.
  std::string trust_anchor_file;
  int64_t timeout_ms = 10'000;
  size_t queries_max = 1000;
};

class UnboundDns final : public Dns {
 public:
  static constexpr size_t records_max = 100;
  static constexpr size_t record_bytes_max = 4096;

  // Errors: bad_request for options that say what cannot be; service_unavailable without memory or descriptors.
  static Result<std::unique_ptr<UnboundDns>> make(Loop& loop, UnboundOptions options = {});
  ~UnboundDns() override;

  std::unique_ptr<Query> find(const std::string& name, DnsType type, Done done) override;
  size_t queries() const;  // under way

 private:
  struct State;
  explicit UnboundDns(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace teahouse::net
