#include "http/client.h"

#include <algorithm>
#include <array>
#include <utility>

#include "http/exchange_state.h"

namespace teahouse::http {

namespace {

constexpr std::array<std::string_view, 4> own_headers = {"Host", "Content-Length", "Transfer-Encoding", "Connection"};

Result<void> check(const ClientRequest& request) {
  if (!is_token(request.method)) {
    return Error{ErrorKind::bad_request, "\"" + request.method + "\" is no request method"};
  }
  for (const Header& header : request.headers) {
    const bool is_own =
        std::ranges::any_of(own_headers, [&](std::string_view own) { return equal_ignoring_case(own, header.name); });
    if (!is_token(header.name) || is_own) {
      return Error{ErrorKind::bad_request, "\"" + header.name + "\" is no header that a request may be given"};
    }
    if (header.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      return Error{ErrorKind::bad_request, "the header " + header.name + " has a line break"};
    }
  }
  return {};
}

std::string make_head(const ClientRequest& request, const Url& url, const std::string& user_agent) {
  std::string head = request.method + " " + url.target + " HTTP/1.1\r\nHost: " + url.authority + "\r\n";
  if (!request.headers.find("User-Agent")) head += "User-Agent: " + user_agent + "\r\n";
  for (const Header& header : request.headers) head += header.name + ": " + header.value + "\r\n";
  const bool has_body = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (request.is_streamed && !request.body_bytes) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (request.is_streamed || has_body || !request.body.empty()) {
    const uint64_t size = request.is_streamed ? *request.body_bytes : request.body.size();
    head += "Content-Length: " + std::to_string(size) + "\r\n";
  }
  return head + "\r\n";
}

// Puts an answer together.
class Collector final : public Exchange::Events {
 public:
  explicit Collector(Client::Done done) : done_(std::move(done)) {}
  void on_head(ResponseHead head) override {
    response_.status = head.status;
    response_.headers = std::move(head.headers);
  }
  void on_body(std::string_view bytes) override { response_.body += bytes; }
  // The call may destroy this.
  void on_complete() override {
    const auto done = std::move(done_);
    done(std::move(response_));
  }
  void on_failed(const Error& error) override {
    const auto done = std::move(done_);
    done(error);
  }

 private:
  Client::Done done_;
  ClientResponse response_;
};

}  // namespace

Client::Client(net::Loop& loop, net::Dns& dns, net::TlsTrust trust, ClientOptions options)
    : state_(std::make_unique<State>(loop, dns, std::move(trust), std::move(options))) {}
Client::~Client() = default;

Exchange Client::begin(ClientRequest request, Exchange::Events& events) {
  auto exchange = std::make_unique<Exchange::State>(*state_, std::move(request), events);
  auto url = parse_url(exchange->request.url);
  if (!url) {
    exchange->refusal = url.error();
  } else if (auto checked = check(exchange->request); !checked) {
    exchange->refusal = checked.error();
  } else if (state_->exchanges > state_->options.exchanges_max) {
    exchange->refusal = {ErrorKind::resource_constraint, "too many requests to other servers are under way"};
  } else {
    exchange->url = std::move(*url);
    exchange->key =
        (exchange->url.secure ? "https://" : "http://") + exchange->url.host + ":" + std::to_string(exchange->url.port);
    exchange->head = make_head(exchange->request, exchange->url, state_->options.user_agent);
  }
  state_->loop.at_turn_end(*exchange);
  return Exchange(std::move(exchange));
}

Exchange Client::fetch(ClientRequest request, Done done) {
  auto collector = std::make_unique<Collector>(std::move(done));
  Exchange exchange = begin(std::move(request), *collector);
  exchange.state_->collector = std::move(collector);
  return exchange;
}

size_t Client::exchanges() const { return state_->exchanges; }
size_t Client::idle_connections() const { return state_->pool.idle(); }

}  // namespace teahouse::http
