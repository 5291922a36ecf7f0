// PeerConnector: finds where the server of a domain is and connects to it: SRV of both kinds, then one target after the
// other.
//
// Thread: its loop's. Lifetime: loop, Dns and House outlive it. Destroying it ends what is under way.
// Limits: targets_max; target_timeout_ms for each.
// Errors: remote_server_not_found: DNS knows no server; remote_server_timeout: none could be reached, with the reason
// of the last. Spec: RFC 6120 section 3.2, XEP-0368, RFC 8305.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/connect.h"
#include "server/s2s/house.h"
#include "server/s2s/peer_targets.h"

namespace teahouse::s2s {

class PeerConnector {
 public:
  static constexpr int64_t target_timeout_ms = 10'000;
  // Called once, from the loop; it starts the connection or drops it, and may destroy the connector.
  using Done = std::function<void(Result<std::unique_ptr<net::Connection>>)>;

  // `tls` is what a connection with direct TLS is secured with.
  PeerConnector(net::Loop& loop, net::Dns& dns, const House& house, net::TlsClient tls, Done done);
  void start();
  // Of the connection that was told: where it leads, and whether DNSSEC vouches for the way there.
  const PeerTarget& target() const { return targets_[next_ - 1]; }
  bool is_validated() const { return is_validated_; }

 private:
  void on_answer();
  void try_next();
  void fail(Error error);

  net::Loop& loop_;
  net::Dns& dns_;
  const House& house_;
  const net::TlsClient tls_;
  Done done_;
  struct Asked {
    std::unique_ptr<net::Dns::Query> query;
    Result<net::DnsAnswer> answer{net::DnsAnswer()};
    bool is_there = false;
  };
  Asked direct_tls_, starttls_;
  std::vector<PeerTarget> targets_;
  size_t next_ = 0;
  bool is_validated_ = false;
  net::Connecting connecting_;
  Error last_{ErrorKind::remote_server_not_found, "it has no address"};
};

}  // namespace teahouse::s2s
