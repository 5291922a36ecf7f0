#include "domains/survey/lookups.h"

#include <memory>
#include <utility>

namespace teahouse::survey {
namespace {

// The look-ups' own memory, which goes with the last answer.
struct Asking {
  std::vector<DnsResult> answers;
  std::vector<std::unique_ptr<net::Dns::Query>> queries;
  size_t left = 0;
  std::function<void(std::vector<DnsResult>)> done;

  void take(size_t at, DnsResult answer) {
    answers[at] = std::move(answer);
    if (--left == 0) done(std::move(answers));
  }
};

}  // namespace

Task<std::vector<DnsResult>> ask_all(Executor& home, net::Dns& dns, std::vector<Question> questions) {
  using Answers = std::vector<DnsResult>;
  if (questions.empty()) co_return Answers{};
  Async<Answers> all(home, [&dns, questions = std::move(questions)](Async<Answers>::Done done) {
    const auto asking = std::make_shared<Asking>();
    asking->left = questions.size();
    asking->answers.assign(questions.size(), DnsResult(net::DnsAnswer{}));
    asking->done = std::move(done);
    for (size_t at = 0; at < questions.size(); ++at) {
      asking->queries.push_back(dns.find(questions[at].name, questions[at].type,
                                         [asking, at](DnsResult answer) { asking->take(at, std::move(answer)); }));
    }
  });
  co_return co_await all;
}

}  // namespace teahouse::survey
