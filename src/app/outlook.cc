#include "app/outlook.h"

#include <utility>

#include "app/federation.h"

namespace teahouse {

Outlook::Outlook(net::Loop& loop, Outside& outside, const domains::Target& target, s2s::Federation* federation)
    : loop_(loop),
      outside_(outside),
      federation_(federation),
      ports_{target.c2s, target.c2s_tls, target.s2s, target.s2s_tls} {}

Result<void> Outlook::make_surveyor() {
  if (surveyor_) return {};
  const auto dns = outside_.dns();
  if (!dns) return dns.error();
  const auto trust = outside_.trust();
  if (!trust) return trust.error();
  if (!outside_.any_address()) {
    for (const net::SocketAddress& each : own_addresses()) own_.insert(net::format_ip(each.storage));
  }
  surveyor_.emplace(survey::Surveyor::Ways{{loop_, **dns, outside_.guard(), *trust},
                                           [this](http::ClientRequest request, http::Client::Done done) {
                                             return outside_.fetch(std::move(request), std::move(done));
                                           },
                                           outside_.any_address(),
                                           [this](const survey::Place& place) { return refuse(place); }});
  return {};
}

std::string Outlook::refuse(const survey::Place& place) const {
  if (!own_.contains(net::format_ip(place.address.storage)) || ports_.contains(place.target.port)) return {};
  return "Not tried: this server is there itself, and has no XMPP at that port.";
}

void Outlook::try_peer(const s2s::Pair& pair, const std::function<void(survey::TrialResult)>& done) {
  const auto tried = federation_->try_peer(pair, [done](s2s::TrialOutcome outcome) {
    done({.was_tried = true,
          .why_not = std::move(outcome.why_not),
          .offers_external = outcome.offers_external,
          .external = outcome.external,
          .dialback = outcome.dialback,
          .proved_by = std::move(outcome.certificate_proof)});
  });
  if (!tried) done({.why_not = tried.error().text});
}

Task<Result<survey::Survey>> Outlook::look(std::string domain, std::string ours) {
  if (const auto made = make_surveyor(); !made) co_return made.error();
  if (looks_ >= looks_max) {
    co_return Error{ErrorKind::resource_constraint, "Too many domains are being looked at now; try again in a minute."};
  }
  ++looks_;
  survey::Surveyor::Trial trial;
  if (federation_) {
    const s2s::Pair pair{std::move(ours), domain};
    trial = [this, pair](const std::function<void(survey::TrialResult)>& done) { try_peer(pair, done); };
  }
  auto looking = surveyor_->look(std::move(domain), std::move(trial), "this server does not talk with others.");
  auto found = co_await looking;
  --looks_;
  co_return found;
}

}  // namespace teahouse
