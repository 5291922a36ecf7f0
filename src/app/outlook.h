// Outlook: a loop's looks at domains from outside, for the API: by its Outside, and by its Federation a proof of ours
// to the domain's server.
//
// This machine's own addresses are looked at too, but at the ports of XMPP alone: a tenant's records must not lead to
// what else listens here.
//
// Thread: its loop's. Lifetime: loop, Outside and Federation outlive it. Limits: looks_max at once.
// Errors: resource_constraint; those of Outside.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/outside.h"
#include "domains/records.h"
#include "domains/survey/surveyor.h"
#include "server/s2s/federation.h"

namespace teahouse {

class Outlook {
 public:
  static constexpr size_t looks_max = 4;

  // `federation` may be null: then no proof is tried.
  Outlook(net::Loop& loop, Outside& outside, const domains::Target& target, s2s::Federation* federation);

  Task<Result<survey::Survey>> look(std::string domain, std::string ours);

 private:
  Result<void> make_surveyor();
  std::string refuse(const survey::Place& place) const;
  void try_peer(const s2s::Pair& pair, const std::function<void(survey::TrialResult)>& done);

  net::Loop& loop_;
  Outside& outside_;
  s2s::Federation* const federation_;
  const std::set<uint16_t> ports_;
  std::set<std::string> own_;  // addresses, as text
  std::optional<survey::Surveyor> surveyor_;
  size_t looks_ = 0;
};

}  // namespace teahouse
