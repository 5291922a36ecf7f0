#include "domains/survey/certificates.h"

#include <algorithm>

#include "base/clock.h"
#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/service_names.h"
#include "crypto/x509.h"
#include "net/dane.h"

namespace teahouse::survey {
namespace {

constexpr int64_t day_s = 86'400;
constexpr size_t pem_columns = 64;

Result<crypto::CertificateInfo> read(const std::string& der) {
  const std::string text = crypto::to_base64(der);
  std::string pem = "-----BEGIN CERTIFICATE-----\n";
  for (size_t at = 0; at < text.size(); at += pem_columns) pem += text.substr(at, pem_columns) + "\n";
  return crypto::read_certificate(pem + "-----END CERTIFICATE-----\n");
}

std::string day_of(int64_t seconds) { return format_time(seconds * 1000).substr(0, 10); }

bool matches_dns(std::string_view shown_name, std::string_view wanted) {
  if (!shown_name.starts_with("*.")) return shown_name == wanted;
  const size_t dot = wanted.find('.');
  return dot != wanted.npos && dot > 0 && shown_name.substr(1) == wanted.substr(dot) &&
         shown_name.find('.', 2) != shown_name.npos;
}

// For the clients' service or the servers': a certificate may be for one of the two alone.
bool names_service(const crypto::CertificateInfo& info, const crypto::ServiceNames& others, const Target& target,
                   const net::ServerNames& names) {
  const std::string srv = (target.service->area == "servers" ? "_xmpp-server." : "_xmpp-client.") + names.ascii;
  return std::ranges::any_of(info.dns_names, [&](const auto& each) { return matches_dns(each, names.ascii); }) ||
         std::ranges::find(others.srv, srv) != others.srv.end() ||
         std::ranges::any_of(others.xmpp, [&](const std::string& each) {
           return lower_ascii(each) == names.domain || lower_ascii(each) == names.ascii;
         });
}

std::string names_in(const crypto::CertificateInfo& info, const crypto::ServiceNames& others) {
  std::vector<std::string> all;
  for (const auto* list : {&info.dns_names, &others.srv, &others.xmpp}) {
    for (const std::string& each : *list) all.push_back(shown(each));
  }
  return all.empty() ? "no name that counts" : listed(all);
}

std::string subject_of(const Target& target) {
  return "certificate of " + target.host + " port " + std::to_string(target.port);
}

// Why no authority vouches for a certificate whose own names and days are good.
std::string tell_chain(const std::vector<std::string>& chain, const crypto::CertificateInfo& own, int64_t now_s,
                       const std::string& why) {
  for (size_t i = 1; i < chain.size(); ++i) {
    const auto info = read(chain[i]);
    if (info && info->not_after_s < now_s) {
      return "An issuer's certificate that the server sends with it (" + shown(info->subject) + ") was good until " +
             day_of(info->not_after_s) + ". Install the chain that your authority gives out now.";
    }
  }
  if (own.self_issued) {
    return "It is signed by itself: no authority vouches for it. Get one from a public authority, as Let's Encrypt.";
  }
  if (chain.size() == 1) {
    return "The server sends it without the certificate of its issuer (" + shown(own.issuer) +
           "), which others need to check it. Install the whole chain, often called fullchain.pem; where it is whole, "
           "its authority is one that nobody knows.";
  }
  return "It comes from an authority that nobody trusts (" + shown(own.issuer) + "): " + shown(why) +
         ". Get one from a public authority, as Let's Encrypt.";
}

}  // namespace

void judge_certificate(Survey& survey, const CertificateJudge& judge, const Target& target,
                       const std::vector<std::string>& chain) {
  const auto tell = [&](Verdict verdict, std::string told) {
    survey.add({target.service->area, subject_of(target), verdict, std::move(told), {}});
  };
  if (chain.empty()) return tell(Verdict::bad, "It shows none.");
  const auto info = read(chain.front());
  if (!info) return tell(Verdict::bad, "It can't be read.");
  const crypto::ServiceNames others = crypto::read_service_names(chain.front());
  const int64_t days_left = (info->not_after_s - judge.now_s) / day_s;
  bool is_good = true;
  const auto complain = [&](std::string told) {
    is_good = false;
    tell(Verdict::bad, std::move(told));
  };
  if (judge.now_s > info->not_after_s) {
    complain("It was good until " + day_of(info->not_after_s) + ", and is over: renew it.");
  } else if (judge.now_s < info->not_before_s) {
    complain("It is good from " + day_of(info->not_before_s) + " on, which is to come.");
  }
  if (!names_service(*info, others, target, judge.names)) {
    complain("It names " + names_in(*info, others) + ", but not " + judge.names.ascii +
             ", by which people and servers come. Get one that names " + judge.names.ascii + ".");
  }
  if (!is_good) return;
  const auto trusted = net::judge_server(judge.trust, chain, judge.names);
  // One that names the clients' service alone is good for them.
  const bool is_for_clients = target.service->area == "clients" && !net::names_server(chain.front(), judge.names);
  if (!trusted && !is_for_clients)
    return tell(Verdict::bad, tell_chain(chain, *info, judge.now_s, trusted.error().text));
  const std::string until = "It names " + judge.names.ascii + ", " + shown(info->issuer) +
                            " vouches for it, and it is good until " + day_of(info->not_after_s);
  if (days_left < soon_days) {
    return tell(Verdict::warn, until + ": that is soon. See whether what renews it still runs.");
  }
  tell(Verdict::good, until + " (" + std::to_string(days_left) + " days).");
}

void judge_tlsa(Survey& survey, const CertificateJudge& judge, const Target& target, const DnsResult& answer,
                const std::vector<std::string>& chain) {
  const std::string name = net::tlsa_name(target.host, target.port);
  const std::string value = chain.empty() ? std::string() : net::make_tlsa_value(chain.front());
  const std::string record = value.empty() ? std::string() : name + ". 3600 IN TLSA " + value;
  const auto tell = [&](Verdict verdict, std::string told, std::string to_copy = {}) {
    survey.add({target.service->area, name + " TLSA", verdict, std::move(told), std::move(to_copy)});
  };
  if (!answer)
    return tell(Verdict::warn,
                "DNS did not answer (" + shown(answer.error().text) + "): who asks for it waits in vain.");
  const auto records = net::read_tlsa(*answer);
  const bool is_validated = answer->validated && target.is_validated;
  if (records.empty()) {
    if (is_validated && !record.empty()) {
      tell(Verdict::note,
           "There is none. Your zone is signed, so that this record lets other servers believe the "
           "certificate by DNS alone. It has to change with the key.",
           record);
    }
    return;
  }
  if (!is_validated) {
    return tell(Verdict::warn,
                "There are records, but DNSSEC does not vouch for them and the way to them, as seen from "
                "here: nobody may believe them. Sign the zone, or take them out.");
  }
  if (chain.empty()) return tell(Verdict::untried, "There are records, but no certificate came that they could name.");
  const bool is_pkix_good = net::judge_server(judge.trust, chain, judge.names).has_value();
  const auto good = net::judge_by_tlsa(records, chain, judge.names, target.host, is_pkix_good);
  if (good) return tell(Verdict::good, "DNSSEC vouches for the records, and they name the certificate.");
  tell(Verdict::bad,
       "The certificate is not the one of the records: " + good.error().text +
           ". Who believes DNS stays away. Change the record.",
       record);
}

}  // namespace teahouse::survey
