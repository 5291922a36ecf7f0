// Belief: whether a peer's certificate is good although no authority vouches for it: the domain's own word, by TLSA
// records that DNSSEC vouches for (DANE), and where these say nothing by a file at its HTTPS server (POSH).
//
// Thread: its loop's. Lifetime: loop, Dns and Fetch outlive it. Destroying it ends what is under way.
// Limits: the Dns's, and posh_timeout_ms for each of two files of http::posh_bytes_max.
// Errors: not_authorized: what was wrong with the certificate to begin with, and what else was tried.
// Spec: RFC 7712 sections 5 and 6, RFC 7673, RFC 7711; docs/decisions/0059.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/client.h"
#include "http/posh.h"
#include "net/dns.h"
#include "net/loop.h"
#include "net/peer_certificate.h"

namespace teahouse::s2s {

// How files of other people's web servers are asked for; empty: they are not.
using Fetch = std::function<http::Exchange(http::ClientRequest, http::Client::Done)>;

class Belief {
 public:
  static constexpr int64_t posh_timeout_ms = 10'000;
  struct Asked {
    std::vector<std::string> chain;  // as Connection::peer_chain() has it
    net::ServerNames names;
    std::string host;  // of the target that was connected to
    uint16_t port = 0;
    bool is_validated = false;                 // DNSSEC vouches for the way there
    Error why{ErrorKind::not_authorized, {}};  // authorities do not
  };
  // "DANE" or "POSH". Called once, from the loop; it may destroy this.
  using Done = std::function<void(Result<std::string> proof)>;

  Belief(net::Loop& loop, net::Dns& dns, const Fetch& fetch, Asked asked, Done done);
  ~Belief();
  Belief(const Belief&) = delete;
  void start();

 private:
  void ask_dns();
  void on_tlsa(const Result<net::DnsAnswer>& answer);
  void ask_web(std::string url, bool may_lead_on);
  void on_file(const Result<http::ClientResponse>& answer, bool may_lead_on);
  void fail(const std::string& also);
  void tell(Result<std::string> proof);

  net::Loop& loop_;
  net::Dns& dns_;
  const Fetch& fetch_;
  const Asked asked_;
  Done done_;
  std::unique_ptr<net::Dns::Query> query_;
  std::optional<http::Exchange> exchange_;
  struct Alive {};
  std::shared_ptr<Alive> alive_ = std::make_shared<Alive>();
};

}  // namespace teahouse::s2s
