// records_of: the DNS records that a domain needs, to be copied by its owner; judge: what DNS answers for one of them,
// as a sentence. Pure.
//
// Spec: RFC 2782 and RFC 6120 section 3.2.1 (SRV), XEP-0368 (xmpps).
// Limits: of a found record 200 bytes are shown, without control characters; ten of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "domains/domains.h"
#include "net/address.h"
#include "net/dns.h"

namespace teahouse::domains {

// Where domains are to lead: this server, as the world reaches it.
struct Target {
  std::string host;  // in ASCII; empty: nobody has said it (the setting domains.target)
  uint16_t c2s = 0;  // ports; 0: it is not served
  uint16_t c2s_tls = 0;
  uint16_t s2s = 0;
  uint16_t s2s_tls = 0;
};

enum class Purpose : uint8_t { proof_by_txt, proof_by_cname, address, clients, servers };

struct Record {
  Purpose purpose = Purpose::address;
  net::DnsType type = net::DnsType::txt;
  std::string name;        // "_teahouse.shop.example"
  std::string value;       // as a zone file has it
  bool is_one_of = false;  // any one record of this purpose's kind does: the two proofs
};

struct Finding {
  enum class State : uint8_t { right, missing, wrong, unknown } state = State::unknown;
  std::vector<std::string> found;  // as a zone file has it
  std::string told;                // a sentence for the owner; empty where all is right
};

std::string_view to_string(Finding::State state);
std::string_view to_string(Purpose purpose);
std::string_view to_string(net::DnsType type);

// REQUIRES: ascii_domain(domain.domain) is good.
std::vector<Record> records_of(const Domain& domain, const Target& target);
// The name at which the proofs stand.
std::string proof_name(const Domain& domain);

// Of all records but those of an address.
Finding judge(const Record& record, const Result<net::DnsAnswer>& answer);
// Addresses of the domain, and of the target; each of A and of AAAA.
Finding judge_address(const Record& record, const std::vector<Result<net::DnsAnswer>>& domain,
                      const std::vector<Result<net::DnsAnswer>>& target);

// Whether a line of a fetched file is the proof.
bool has_proof(std::string_view file, const Domain& domain);

}  // namespace teahouse::domains
