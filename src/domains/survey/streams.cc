#include "domains/survey/streams.h"

#include <algorithm>

namespace teahouse::survey {
namespace {

using Reached = Probed::Reached;

std::string tls_name(const std::string& version) {
  return version == "0304" ? "TLS 1.3" : version == "0303" ? "TLS 1.2" : "TLS";
}

bool has(const std::vector<std::string>& words, std::string_view wanted) {
  return std::ranges::find(words, wanted) != words.end();
}

// Where it got no further.
std::string tell_failure(const Probed& probed, bool is_direct) {
  const std::string why = shown(probed.error);
  switch (probed.reached) {
    case Reached::nothing:
      return "Nobody answers there: " + why +
             ". See whether the server runs and listens at this port, and whether a firewall lets people in.";
    case Reached::connection:
      if (is_direct) {
        return "TLS does not come about: " + why +
               ". See whether the port is one of direct TLS, and which certificate it has for this domain.";
      }
      return "It is no XMPP server of this domain: " + why + ".";
    case Reached::features: return "TLS does not come about: " + why + ".";
    case Reached::tls:
      return "Under TLS no stream comes about: " + why + ". See whether the server serves this domain.";
    case Reached::all: break;
  }
  return why;
}

void judge_clients(Survey& survey, const std::string& subject, const Probed& probed) {
  const auto tell = [&](Verdict verdict, std::string told) {
    survey.add({"clients", subject, verdict, std::move(told), {}});
  };
  if (probed.mechanisms.empty()) tell(Verdict::bad, "It offers no mechanism to sign in by (SASL).");
  const bool has_scram =
      std::ranges::any_of(probed.mechanisms, [](const std::string& each) { return each.starts_with("SCRAM-"); });
  if (!probed.mechanisms.empty() && !has_scram) {
    tell(Verdict::note, "It offers no SCRAM: passwords are sent as they are, and the server may keep them so.");
  }
  const bool binds = std::ranges::any_of(probed.mechanisms, [](const auto& each) { return each.ends_with("-PLUS"); });
  if (has_scram && !binds) {
    tell(Verdict::note,
         "It offers no SCRAM with channel binding (-PLUS), by which clients notice somebody in between.");
  }
}

}  // namespace

void judge_stream(Survey& survey, const Place& place, const Probed& probed) {
  const Service& service = *place.target.service;
  const std::string subject = subject_of(place);
  const auto tell = [&](Verdict verdict, std::string told) {
    survey.add({service.area, subject, verdict, std::move(told), {}});
  };
  if (probed.is_unreachable_from_here) {
    return tell(Verdict::untried, "This machine has no way to such addresses; try it from another.");
  }
  if (probed.reached == Reached::features && !probed.offers_tls) {
    return tell(Verdict::bad, "It offers no encryption (STARTTLS): all that is said there can be read on the way.");
  }
  if (probed.reached != Reached::all) return tell(Verdict::bad, tell_failure(probed, service.is_direct));
  std::string told = "It answers, under " + tls_name(probed.tls_version);
  if (!probed.mechanisms.empty()) told += "; it offers " + listed(probed.mechanisms);
  if (!probed.bindings.empty()) told += "; channel binding: " + listed(probed.bindings);
  if (service.area == "servers") told += probed.offers_dialback ? "; dialback" : "";
  tell(Verdict::good, told + ".");
  if (!service.is_direct && !probed.requires_tls && !probed.plain_mechanisms.empty()) {
    tell(Verdict::warn, "It lets people sign in without encryption (" + listed(probed.plain_mechanisms) +
                            "). Make the server require TLS.");
  }
  if (service.is_direct && probed.alpn.empty()) {
    tell(Verdict::note,
         "It knows no ALPN, so that it can share its port with nothing else, and some proxies turn others away.");
  }
  if (probed.tls_version == "0303") tell(Verdict::note, "It knows no TLS 1.3.");
  if (service.area == "clients") return judge_clients(survey, subject, probed);
  if (!probed.offers_dialback && !has(probed.mechanisms, "EXTERNAL")) {
    tell(Verdict::note,
         "It offers neither dialback nor EXTERNAL to one who shows no certificate: servers without a good one stay "
         "out.");
  }
}

}  // namespace teahouse::survey
