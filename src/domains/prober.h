// Prober: asks DNS, and the domain's own web server, what there is of a domain's records and of its proof.
//
// The file of a proof is asked for at https and then at http; no redirect is followed, and the connection goes to
// addresses that its fetch allows alone (net/address_guard.h is its caller's).
//
// Thread: its loop's. Lifetime: it outlives what it has begun. Limits: 16 look-ups at once for a domain; a file of
// 4 KiB, 10 s for each try.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "base/task.h"
#include "domains/records.h"
#include "domains/survey/finding.h"
#include "http/client.h"
#include "net/dns.h"

namespace teahouse::domains {

// The path of a proof by file.
inline constexpr std::string_view proof_path = "/.well-known/teahouse-domain.txt";

struct Probed {
  std::vector<std::pair<Record, Finding>> records;
  Finding file;           // right, missing or wrong; unknown where nobody had to ask
  std::string proved_by;  // "txt", "cname", "file"; empty: by nothing
};

class Prober {
 public:
  struct Ways {
    std::function<Result<net::Dns*>()> dns;
    std::function<http::Exchange(http::ClientRequest, http::Client::Done)> fetch;
    // How the domain looks from outside; `ours` is proved to its server, if that is elsewhere (survey/surveyor.h).
    std::function<Task<Result<survey::Survey>>(std::string domain, std::string ours)> survey = {};
  };
  Prober(Executor& home, Ways ways, Target target) : home_(home), ways_(std::move(ways)), target_(std::move(target)) {}

  const Target& target() const { return target_; }
  Task<Probed> probe(Domain domain);
  // Errors: service_unavailable where this server can't look.
  Task<Result<survey::Survey>> survey(std::string domain, std::string ours);

  // Whether the name has an address in DNS. Errors: as Dns has them.
  Task<Result<bool>> has_address(std::string ascii_name);

 private:
  struct Question {
    std::string name;
    net::DnsType type;
  };
  using Answers = std::vector<Result<net::DnsAnswer>>;
  Task<Answers> ask(std::vector<Question> questions);
  Task<Result<http::ClientResponse>> fetch(std::string url);
  Task<Finding> look_for_file(Domain domain);

  Executor& home_;
  const Ways ways_;
  const Target target_;
};

}  // namespace teahouse::domains
