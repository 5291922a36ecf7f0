// The four steps: SRV records; addresses, aliases and TLSA records of the hosts that they name; streams and files, all
// at once; the trial. Each waits for the one before, and the time of each is bounded by the look-ups' and probes' own.
#include "domains/survey/surveyor.h"

#include <algorithm>
#include <map>
#include <utility>

#include "domains/survey/certificates.h"
#include "domains/survey/streams.h"
#include "http/posh.h"
#include "net/dane.h"
#include "tenant/names.h"

namespace teahouse::survey {
namespace {

constexpr int64_t file_timeout_ms = 10'000;
constexpr size_t questions_of_host = 3;

}  // namespace

// All that streams and files have brought.
struct Surveyor::Came {
  std::vector<Probed> probed;
  WebAnswer host_meta{http::ClientResponse{}}, host_meta_json{http::ClientResponse{}}, posh{http::ClientResponse{}};
};

namespace {

// Goes with the last one that is done.
template <class Came>
struct Trying {
  Came came;
  std::vector<std::unique_ptr<StreamProbe>> probes;
  std::vector<http::Exchange> exchanges;
  size_t left = 0;
  std::function<void(Came)> done;

  void note_done() {
    if (--left == 0) done(std::move(came));
  }
};

http::ClientRequest request_for(std::string url) {
  http::ClientRequest request;
  request.url = std::move(url);
  request.answer_bytes_max = web_bytes_max;
  request.timeout_ms = file_timeout_ms;
  return request;
}

std::string web_url(const std::string& ascii, std::string_view path) { return "https://" + ascii + std::string(path); }

std::vector<Question> questions_for(const std::vector<Target>& targets) {
  std::vector<Question> questions;
  for (const std::string& host : hosts_of(targets)) {
    questions.push_back({host, net::DnsType::a});
    questions.push_back({host, net::DnsType::aaaa});
    questions.push_back({host, net::DnsType::cname});
  }
  for (const Target& each : targets) questions.push_back({net::tlsa_name(each.host, each.port), net::DnsType::tlsa});
  return questions;
}

std::vector<HostAnswers> hosts_from(const std::vector<Target>& targets, const std::vector<DnsResult>& answers) {
  std::vector<HostAnswers> hosts;
  size_t at = 0;
  for (const std::string& host : hosts_of(targets)) {
    hosts.push_back({host, answers[at], answers[at + 1], answers[at + 2]});
    at += questions_of_host;
  }
  return hosts;
}

// Of all addresses of a target one certificate is shown, as a rule: each other one is judged, too, but once.
std::vector<std::vector<std::string>> chains_of(const Target& target, const std::vector<Place>& places,
                                                const std::vector<Probed>& probed) {
  std::vector<std::vector<std::string>> chains;
  for (size_t i = 0; i < places.size() && i < probed.size(); ++i) {
    const bool is_its = places[i].target.service == target.service && places[i].target.host == target.host &&
                        places[i].target.port == target.port;
    const auto& chain = probed[i].chain;
    if (is_its && !chain.empty() && std::ranges::find(chains, chain) == chains.end()) chains.push_back(chain);
  }
  return chains;
}

void drop_refused(Survey& survey, std::vector<Place>& places, const std::function<std::string(const Place&)>& refuse) {
  std::erase_if(places, [&](const Place& each) {
    std::string why = refuse(each);
    if (why.empty()) return false;
    survey.add({each.target.service->area, subject_of(each), Verdict::untried, std::move(why), {}});
    return true;
  });
}

}  // namespace

Task<Surveyor::Came> Surveyor::try_all(std::vector<Place> places, std::string ascii) {
  Async<Came> all(ways_.streams.loop, [this, places = std::move(places), ascii](Async<Came>::Done done) {
    const auto trying = std::make_shared<Trying<Came>>();
    trying->left = places.size() + 3;
    trying->came.probed.resize(places.size());
    trying->done = std::move(done);
    for (size_t at = 0; at < places.size(); ++at) {
      trying->probes.push_back(
          std::make_unique<StreamProbe>(ways_.streams, places[at], ascii, [trying, at](Probed probed) {
            trying->came.probed[at] = std::move(probed);
            trying->note_done();
          }));
    }
    for (const auto& probe : trying->probes) probe->start();
    const auto fetch = [&](std::string url, WebAnswer Came::*member) {
      trying->exchanges.push_back(ways_.fetch(request_for(std::move(url)), [trying, member](WebAnswer answer) {
        trying->came.*member = std::move(answer);
        trying->note_done();
      }));
    };
    fetch(web_url(ascii, host_meta_path), &Came::host_meta);
    fetch(web_url(ascii, host_meta_json_path), &Came::host_meta_json);
    fetch(http::posh_url(ascii, http::posh_server), &Came::posh);
  });
  co_return co_await all;
}

Task<Survey> Surveyor::look(std::string domain, Trial trial, std::string why_no_trial) {
  Survey survey{domain, {}};
  const auto ascii = ascii_domain(domain);
  if (!ascii) co_return survey;
  net::Loop& loop = ways_.streams.loop;
  net::Dns& dns = ways_.streams.dns;
  std::vector<Question> first;
  first.reserve(std::size(services));
  for (const Service& each : services) first.push_back({service_name(each, *ascii), net::DnsType::srv});
  auto asking = ask_all(loop, dns, std::move(first));
  const auto srv = co_await asking;
  const auto targets = judge_services(survey, *ascii, srv);
  if (std::ranges::none_of(srv, [](const DnsResult& each) { return each && each->validated; })) {
    survey.add(
        {"servers",
         domain + " DNSSEC",
         Verdict::note,
         "Nobody vouches for its records, as seen from here: the zone is not signed, or this resolver does not hand "
         "signatures on. So TLSA records would count for nothing.",
         {}});
  }
  auto asking_more = ask_all(loop, dns, questions_for(targets));
  const auto answers = co_await asking_more;
  auto places = judge_hosts(survey, *ascii, targets, hosts_from(targets, answers), ways_.any_address);
  if (ways_.refuse) drop_refused(survey, places, ways_.refuse);
  if (places.size() > places_max) {
    survey.add({"servers",
                domain,
                Verdict::untried,
                std::to_string(places.size() - places_max) +
                    " addresses were not tried: " + std::to_string(places_max) + " are.",
                {}});
    places.resize(places_max);
  }
  auto trying = try_all(places, *ascii);
  const Came came = co_await trying;
  for (size_t at = 0; at < places.size(); ++at) judge_stream(survey, places[at], came.probed[at]);
  const CertificateJudge judge{ways_.streams.trust, {domain, *ascii}, loop.clock().wall_ms() / 1000};
  std::vector<std::vector<std::string>> of_servers;
  const size_t tlsa_begin = hosts_of(targets).size() * questions_of_host;
  for (size_t at = 0; at < targets.size(); ++at) {
    const auto chains = chains_of(targets[at], places, came.probed);
    for (const auto& chain : chains) judge_certificate(survey, judge, targets[at], chain);
    judge_tlsa(survey, judge, targets[at], answers[tlsa_begin + at],
               chains.empty() ? std::vector<std::string>() : chains[0]);
    if (targets[at].service->area == "servers") of_servers.insert(of_servers.end(), chains.begin(), chains.end());
  }
  judge_host_meta(survey, web_url(*ascii, host_meta_path), came.host_meta);
  judge_host_meta_json(survey, web_url(*ascii, host_meta_json_path), came.host_meta_json);
  judge_posh(survey, http::posh_url(*ascii, http::posh_server), came.posh, of_servers);
  TrialResult result{.why_not = std::move(why_no_trial)};
  if (trial) {
    Async<TrialResult> proving(loop, trial);
    result = co_await proving;
  }
  judge_trial(survey, result);
  co_return survey;
}

void judge_trial(Survey& survey, const TrialResult& result) {
  const auto tell = [&](const char* subject, Verdict verdict, std::string told) {
    survey.add({"peer", subject, verdict, std::move(told), {}});
  };
  if (!result.was_tried) return tell("EXTERNAL and dialback", Verdict::untried, "Not tried: " + result.why_not);
  if (!result.why_not.empty() && !result.external && !result.dialback) {
    return tell("EXTERNAL and dialback", Verdict::bad,
                "A stream from this server came to nothing: " + shown(result.why_not) + ".");
  }
  if (result.proved_by.empty()) {
    tell("certificate", Verdict::warn, "This server does not believe its certificate, and talks with it by DNS alone.");
  } else if (result.proved_by != "PKIX") {
    tell("certificate", Verdict::good, "This server believes its certificate by " + result.proved_by + ".");
  }
  if (result.external) {
    tell("EXTERNAL", *result.external ? Verdict::good : Verdict::note,
         *result.external ? "It let this server in by its certificate."
                          : "It offers EXTERNAL and does not take this server's certificate.");
  } else {
    tell("EXTERNAL", Verdict::note, "It does not offer it to this server's certificate.");
  }
  if (result.dialback) {
    tell("dialback", *result.dialback ? Verdict::good : Verdict::bad,
         *result.dialback ? "It let this server in by dialback."
                          : "It did not let this server in by dialback: " + shown(result.why_not) + ".");
  } else if (!result.why_not.empty()) {
    tell("dialback", Verdict::warn, "It came to nothing: " + shown(result.why_not) + ".");
  }
}

}  // namespace teahouse::survey
