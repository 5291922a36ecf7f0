#include "http/fetch.h"

#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "http/url.h"
#include "net/search_dns.h"
#include "net/unbound_dns.h"

namespace teahouse::http {

namespace {

constexpr size_t refusal_bytes_max = 1 << 20;  // of an answer that is not taken

// A client on a loop of its own, which runs until what `begin` has begun stops it, and holds that as long.
Result<void> run_client(const std::string& to, const std::string& ca_file,
                        const std::function<std::shared_ptr<void>(Client& client, net::Loop& loop)>& begin) {
  const auto url = parse_url(to);
  if (!url) return url.error();
  auto trust = url->secure ? net::TlsTrust::make(ca_file) : net::TlsTrust::nobody();
  if (!trust) return trust.error();
  const SystemClock clock;
  net::Loop loop(0, clock);
  auto dns = net::UnboundDns::make(loop);
  if (!dns) return dns.error();
  std::ifstream resolv_conf("/etc/resolv.conf");
  const std::string text{std::istreambuf_iterator<char>(resolv_conf), std::istreambuf_iterator<char>()};
  net::SearchDns search(**dns, net::read_search_list(text));
  Client client(loop, search, std::move(*trust));
  const std::shared_ptr<void> begun = begin(client, loop);
  loop.run();
  return {};
}

class StreamedExchange final : public Exchange::Events {
 public:
  StreamedExchange(net::Loop& loop, StreamedBodies bodies, std::optional<Result<ClientResponse>>& answer)
      : loop_(loop), bodies_(std::move(bodies)), answer_(answer) {}

  void begin(Client& client, ClientRequest request) {
    request.is_streamed = is_giving_ = static_cast<bool>(bodies_.next);
    exchange_ = client.begin(std::move(request), *this);
    if (is_giving_) loop_.post([this] { give(); });
  }

 private:
  void on_head(ResponseHead head) override {
    response_.status = head.status;
    response_.headers = std::move(head.headers);
    is_taken_ = bodies_.take && head.status >= 200 && head.status < 300;
  }
  void on_body(std::string_view bytes) override {
    if (is_taken_) {
      const auto taken = bodies_.take(bytes);
      if (!taken) end(taken.error());
    } else if (response_.body.size() + bytes.size() <= refusal_bytes_max) {
      response_.body += bytes;
    }
  }
  void on_complete() override { end(std::move(response_)); }
  // A server that has refused a body need not have read it.
  void on_failed(const Error& error) override {
    if (response_.status >= 400) {
      end(std::move(response_));
    } else {
      end(error);
    }
  }
  void on_writable() override { give(); }

  void give() {
    if (!is_giving_ || answer_ || response_.status != 0) return;
    auto piece = bodies_.next();
    if (!piece) return end(piece.error());
    if (piece->empty()) {
      is_giving_ = false;
      exchange_.finish();
    } else {
      exchange_.write(std::move(*piece));
    }
  }
  void end(Result<ClientResponse> answer) {
    if (answer_) return;
    answer_.emplace(std::move(answer));
    loop_.stop();
  }

  net::Loop& loop_;
  const StreamedBodies bodies_;
  Exchange exchange_;
  ClientResponse response_;
  std::optional<Result<ClientResponse>>& answer_;
  bool is_giving_ = false, is_taken_ = false;
};

}  // namespace

Result<ClientResponse> fetch(ClientRequest request, const std::string& ca_file) {
  std::optional<Result<ClientResponse>> answer;
  const auto ran = run_client(request.url, ca_file, [&](Client& client, net::Loop& loop) {
    return std::make_shared<Exchange>(client.fetch(std::move(request), [&](Result<ClientResponse> got) {
      answer.emplace(std::move(got));
      loop.stop();
    }));
  });
  if (!ran) return ran.error();
  return std::move(*answer);
}

Result<ClientResponse> fetch_streamed(ClientRequest request, StreamedBodies bodies, const std::string& ca_file) {
  std::optional<Result<ClientResponse>> answer;
  const auto ran = run_client(request.url, ca_file, [&](Client& client, net::Loop& loop) {
    const auto streamed = std::make_shared<StreamedExchange>(loop, std::move(bodies), answer);
    streamed->begin(client, std::move(request));
    return streamed;
  });
  if (!ran) return ran.error();
  return std::move(*answer);
}

}  // namespace teahouse::http
