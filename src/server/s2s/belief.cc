// DANE comes first: it costs one look-up, and only where DNSSEC vouches for the way to the server already. Records that
// name another certificate end it: a domain that has said by DNS which one is its own is not asked again by HTTPS. An
// answer that fails or is not validated says nothing.
#include "server/s2s/belief.h"

#include <utility>

#include "net/dane.h"

namespace teahouse::s2s {

Belief::Belief(net::Loop& loop, net::Dns& dns, const Fetch& fetch, Asked asked, Done done)
    : loop_(loop), dns_(dns), fetch_(fetch), asked_(std::move(asked)), done_(std::move(done)) {}

Belief::~Belief() = default;

void Belief::start() {
  if (asked_.chain.empty()) {
    return loop_.post([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) fail({});
    });
  }
  if (asked_.is_validated) return ask_dns();
  ask_web(http::posh_url(asked_.names.ascii, http::posh_server), true);
}

void Belief::ask_dns() {
  query_ = dns_.find(net::tlsa_name(asked_.host, asked_.port), net::DnsType::tlsa,
                     [this](const Result<net::DnsAnswer>& answer) {
                       const auto query = std::move(query_);  // it is what calls
                       on_tlsa(answer);
                     });
}

void Belief::on_tlsa(const Result<net::DnsAnswer>& answer) {
  const auto records = answer && answer->validated ? net::read_tlsa(*answer) : std::vector<net::TlsaRecord>();
  if (records.empty()) return ask_web(http::posh_url(asked_.names.ascii, http::posh_server), true);
  const auto good = net::judge_by_tlsa(records, asked_.chain, asked_.names, asked_.host, false);
  if (good) return tell(std::string("DANE"));
  fail(good.error().text);
}

void Belief::ask_web(std::string url, bool may_lead_on) {
  if (!fetch_ || asked_.names.ascii.empty()) {
    return loop_.post([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) fail({});
    });
  }
  http::ClientRequest request;
  request.url = std::move(url);
  request.answer_bytes_max = http::posh_bytes_max;
  request.timeout_ms = posh_timeout_ms;
  // A request that can't even begin is told of although its exchange is gone.
  exchange_ = fetch_(std::move(request),
                     [this, alive = std::weak_ptr(alive_), may_lead_on](const Result<http::ClientResponse>& answer) {
                       if (!alive.expired()) on_file(answer, may_lead_on);
                     });
}

void Belief::on_file(const Result<http::ClientResponse>& answer, bool may_lead_on) {
  if (!answer || answer->status != 200) return fail({});
  const auto posh = http::read_posh(answer->body);
  if (!posh) return fail(posh.error().text);
  if (!posh->url.empty() && may_lead_on) {
    // The exchange that calls goes with the next one.
    return loop_.post([this, alive = std::weak_ptr(alive_), url = posh->url] {
      if (!alive.expired()) ask_web(url, false);
    });
  }
  if (has_fingerprint(*posh, asked_.chain.front())) return tell(std::string("POSH"));
  fail("the POSH document of its domain names another certificate");
}

void Belief::fail(const std::string& also) {
  tell(Error{ErrorKind::not_authorized, asked_.why.text + (also.empty() ? "" : "; " + also)});
}

void Belief::tell(Result<std::string> proof) {
  const auto done = std::move(done_);
  done_ = nullptr;
  if (done) done(std::move(proof));
}

}  // namespace teahouse::s2s
