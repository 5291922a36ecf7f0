// Surveyor: looks at a domain from outside: DNS, then the web server and a stream to each address, then the judgement;
// a value goes in and a value comes out.
//
// Thread: its loop's. Lifetime: it, and what its Ways refer to, outlive what was begun; a task that was begun ends by
// itself.
// Limits: places_max streams and three files at a time; some 40 s in all, and the trial's own time.
// Errors: none; what could not be looked at is a Finding.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/task.h"
#include "domains/survey/stream_probe.h"
#include "domains/survey/web.h"
#include "net/peer_certificate.h"

namespace teahouse::survey {

inline constexpr size_t places_max = 24;

// The outcome of proving a domain of ours to the surveyed one (s2s::Trial).
struct TrialResult {
  bool was_tried = false;
  std::string why_not;                     // it was not tried, or nothing came about
  bool offers_external = false;            // to the certificate of ours
  std::optional<bool> external, dialback;  // whether it let us in; none: it did not come to that
  std::string proved_by;  // how its own certificate is believed: "PKIX", "DANE", "POSH"; empty: it is not
};

class Surveyor {
 public:
  struct Ways {
    StreamProbe::Ways streams;
    std::function<http::Exchange(http::ClientRequest, http::Client::Done)> fetch;
    bool any_address = false;  // those of private networks are tried, too
    // Why a place is not to be tried, as a sentence; empty: it is.
    std::function<std::string(const Place&)> refuse = {};
  };
  using Trial = std::function<void(std::function<void(TrialResult)> done)>;

  explicit Surveyor(Ways ways) : ways_(std::move(ways)) {}
  // `trial` may be empty. REQUIRES: ascii_domain(domain) is good.
  Task<Survey> look(std::string domain, Trial trial, std::string why_no_trial);

 private:
  struct Came;
  Task<Came> try_all(std::vector<Place> places, std::string ascii);

  const Ways ways_;
};

void judge_trial(Survey& survey, const TrialResult& result);

}  // namespace teahouse::survey
