#include "domains/prober.h"

#include "tenant/names.h"

namespace teahouse::domains {
namespace {

using State = Finding::State;
constexpr size_t file_bytes_max = 4096;
constexpr int64_t file_timeout_ms = 10'000;

// A look-up's own memory, which goes with its last answer.
struct Asking {
  std::vector<Result<net::DnsAnswer>> answers;
  std::vector<std::unique_ptr<net::Dns::Query>> queries;
  size_t left = 0;
  std::function<void(std::vector<Result<net::DnsAnswer>>)> done;

  void take(size_t at, Result<net::DnsAnswer> answer) {
    answers[at] = std::move(answer);
    if (--left == 0) done(std::move(answers));
  }
};

Finding judge_file(const Domain& domain, const std::string& url, const Result<http::ClientResponse>& response) {
  if (!response) { return {State::missing, {}, url + " could not be read: " + response.error().text + "."}; }
  if (response->status >= 300 && response->status < 400) {
    return {State::wrong, {}, url + " leads to another address, which is not followed; put the file there itself."};
  }
  if (response->status != 200) {
    return {State::missing, {}, url + " answers " + std::to_string(response->status) + "; put the file there."};
  }
  if (has_proof(response->body, domain)) return {State::right, {}, {}};
  return {State::wrong, {}, url + " is there, but no line of it is " + domain.proof() + "; write it as its only line."};
}

}  // namespace

Task<Prober::Answers> Prober::ask(std::vector<Question> questions) {
  const auto dns = ways_.dns();
  if (!dns || questions.empty()) {
    co_return Answers(questions.size(),
                      dns ? Result<net::DnsAnswer>(net::DnsAnswer{}) : Result<net::DnsAnswer>(dns.error()));
  }
  net::Dns& asked = **dns;
  Async<Answers> all(home_, [&asked, questions = std::move(questions)](Async<Answers>::Done done) {
    const auto asking = std::make_shared<Asking>();
    asking->left = questions.size();
    asking->answers.assign(questions.size(), Result<net::DnsAnswer>(net::DnsAnswer{}));
    asking->done = std::move(done);
    for (size_t at = 0; at < questions.size(); ++at) {
      asking->queries.push_back(asked.find(questions[at].name, questions[at].type,
                                           [asking, at](auto answer) { asking->take(at, std::move(answer)); }));
    }
  });
  co_return co_await all;
}

Task<Result<http::ClientResponse>> Prober::fetch(std::string url) {
  http::ClientRequest request;
  request.url = std::move(url);
  request.answer_bytes_max = file_bytes_max;
  request.timeout_ms = file_timeout_ms;
  using Response = Result<http::ClientResponse>;
  Async<Response> answer(home_, [this, request = std::move(request)](Async<Response>::Done done) {
    const auto exchange = std::make_shared<http::Exchange>();
    *exchange =
        ways_.fetch(request, [exchange, done = std::move(done)](Response response) { done(std::move(response)); });
  });
  co_return co_await answer;
}

Task<Finding> Prober::look_for_file(Domain domain) {
  const auto ascii = ascii_domain(domain.domain);
  if (!ascii) co_return Finding{State::unknown, {}, ascii.error().text};
  const std::string secure = "https://" + *ascii + std::string(proof_path);
  const std::string plain = "http://" + *ascii + std::string(proof_path);
  const auto by_tls = co_await fetch(secure);
  const Finding first = judge_file(domain, secure, by_tls);
  if (first.state == State::right) co_return first;
  const auto by_http = co_await fetch(plain);
  const Finding second = judge_file(domain, plain, by_http);
  // A file that is there tells more than an address that does not answer.
  co_return second.state != State::missing || first.state == State::missing ? second : first;
}

Task<Probed> Prober::probe(Domain domain) {
  Probed probed;
  std::vector<Question> questions;
  for (Record& record : records_of(domain, target_)) {
    if (record.purpose == Purpose::address) {
      questions.push_back({record.name, net::DnsType::a});
      questions.push_back({record.name, net::DnsType::aaaa});
      questions.push_back({target_.host, net::DnsType::a});
      questions.push_back({target_.host, net::DnsType::aaaa});
    } else {
      questions.push_back({record.name, record.type});
    }
    probed.records.emplace_back(std::move(record), Finding{});
  }
  const Answers answers = co_await ask(std::move(questions));
  size_t at = 0;
  for (auto& [record, finding] : probed.records) {
    if (record.purpose == Purpose::address) {
      const Answers theirs{answers[at], answers[at + 1]}, ours{answers[at + 2], answers[at + 3]};
      finding = judge_address(record, theirs, ours);
      at += 4;
      continue;
    }
    finding = judge(record, answers[at++]);
    if (finding.state != State::right) continue;
    if (record.purpose == Purpose::proof_by_cname) probed.proved_by = "cname";
    if (record.purpose == Purpose::proof_by_txt) probed.proved_by = "txt";
  }
  if (!probed.proved_by.empty() || domain.is_proved()) co_return probed;
  probed.file = co_await look_for_file(domain);
  if (probed.file.state == State::right) probed.proved_by = "file";
  co_return probed;
}

Task<Result<survey::Survey>> Prober::survey(std::string domain, std::string ours) {
  if (!ways_.survey)
    co_return Error{ErrorKind::service_unavailable, "This server looks at no domains; ask its operator."};
  auto looking = ways_.survey(std::move(domain), std::move(ours));
  co_return co_await looking;
}

Task<Result<bool>> Prober::has_address(std::string ascii_name) {
  std::vector<Question> questions{{ascii_name, net::DnsType::a}, {ascii_name, net::DnsType::aaaa}};
  const Answers answers = co_await ask(std::move(questions));
  for (const auto& answer : answers) {
    if (answer && !answer->records.empty()) co_return true;
  }
  for (const auto& answer : answers) {
    if (!answer) co_return answer.error();
  }
  co_return false;
}

}  // namespace teahouse::domains
