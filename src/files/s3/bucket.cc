#include "files/s3/bucket.h"

#include <pthread.h>

#include <fstream>
#include <functional>
#include <future>
#include <iterator>
#include <list>
#include <thread>

#include "files/s3/call.h"
#include "net/search_dns.h"
#include "net/unbound_dns.h"

namespace teahouse::s3 {
namespace {

constexpr size_t connections_max = 64, waiting_max = 10'000;
constexpr int64_t idle_timeout_ms = 10'000;  // before the usual servers close

net::SearchList system_search() {
  std::ifstream resolv_conf("/etc/resolv.conf");
  const std::string text{std::istreambuf_iterator<char>(resolv_conf), std::istreambuf_iterator<char>()};
  return net::read_search_list(text);
}

http::ClientOptions client_options() {
  http::ClientOptions options;
  options.exchanges_max = waiting_max;
  options.per_host_max = connections_max;
  options.idle_timeout_ms = idle_timeout_ms;
  return options;
}

}  // namespace

struct Bucket::State {
  State(net::Loop& loop, std::unique_ptr<net::UnboundDns> its_dns, net::TlsTrust trust)
      : dns(std::move(its_dns)),
        search(*dns, system_search()),
        client(loop, search, std::move(trust), client_options()) {}

  std::unique_ptr<net::UnboundDns> dns;
  net::SearchDns search;
  http::Client client;
  std::list<Call> calls;  // under way; before the client
  std::thread thread;
};

Bucket::Bucket(S3Settings settings, const Clock& clock) : settings_(std::move(settings)), loop_(0, clock) {}

Result<std::shared_ptr<Bucket>> Bucket::open(S3Settings settings, const Clock& clock) {
  auto trust =
      settings.endpoint.starts_with("https://") ? net::TlsTrust::make(settings.ca_file) : net::TlsTrust::nobody();
  if (!trust) return trust.error();
  std::shared_ptr<Bucket> bucket(
      new Bucket(std::move(settings), clock));  // tidy: allow new: the constructor is private
  auto dns = net::UnboundDns::make(bucket->loop_);
  if (!dns) return dns.error();
  bucket->state_ = std::make_unique<State>(bucket->loop_, std::move(*dns), std::move(*trust));
  bucket->state_->thread = std::thread([loop = &bucket->loop_] { loop->run(); });
  pthread_setname_np(bucket->state_->thread.native_handle(), "s3");
  return bucket;
}

Bucket::~Bucket() { stop(); }

// The calls that are under way end on their own thread; one that is posted later finds no state.
void Bucket::stop() {
  if (!state_) return;
  std::promise<std::thread> ended;
  loop_.post([this, &ended] {
    std::thread thread = std::move(state_->thread);
    while (!state_->calls.empty()) state_->calls.front().give_up();
    state_.reset();
    ended.set_value(std::move(thread));
  });
  std::thread thread = ended.get_future().get();
  loop_.stop();
  thread.join();
}

Task<Result<S3Answer>> Bucket::ask(Executor& home, S3Request request) {
  const std::function<void(Async<Result<S3Answer>>::Done)> start = [this, &request](auto done) {
    loop_.post([this, &request, done = std::move(done)] {
      if (!state_) return done(files_unavailable());
      auto& calls = state_->calls;
      const auto place = calls.emplace(calls.end(), *this, state_->client, std::move(request), done);
      place->begin([&calls, place] { calls.erase(place); });
    });
  };
  co_return co_await Async<Result<S3Answer>>(home, start);
}

}  // namespace teahouse::s3
