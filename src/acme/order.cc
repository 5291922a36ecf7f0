// An order goes: newOrder, for each authorization a challenge that is shown and then told to be ready, finalize with
// the certificate's request, download. Each step asks the authority first how far it is, so that the same way leads on
// from an order that an earlier run had begun.
#include "acme/order.h"

#include <boost/json.hpp>

#include <algorithm>

#include "acme/signed_request.h"
#include "base/text.h"
#include "crypto/acme_certificate.h"
#include "crypto/encoding.h"

namespace teahouse::acme {
namespace {

namespace json = boost::json;

constexpr int64_t poll_min_ms = 1'000, poll_max_ms = 30'000, patience_ms = 600'000;

Error refused(std::string text) { return {ErrorKind::bad_request, std::move(text)}; }

struct Run {
  Authority& authority;
  Challenges& challenges;
  OrderWanted wanted;
  KeepOrder keep;
  std::string order_url;
  int64_t waited_ms = 0;
};

// As the authority says, or a little longer each time.
Task<Result<void>> wait(Run& run, int polls) {
  const int64_t asked_ms = run.authority.retry_after_ms();
  const int64_t own_ms = poll_min_ms << std::min(polls, 4);
  const int64_t ms = std::clamp(asked_ms ? asked_ms : own_ms, poll_min_ms, poll_max_ms);
  run.waited_ms += ms;
  if (run.waited_ms > patience_ms) {
    co_return Error{ErrorKind::service_unavailable, "the authority did not come to an end within 10 minutes"};
  }
  auto pausing = run.authority.pause(ms);
  co_await pausing;
  co_return Result<void>();
}

Task<Result<Order>> read_again(Run& run) {
  auto reading = run.authority.post(run.order_url, "");
  const auto response = co_await reading;
  if (!response) co_return response.error();
  auto order = read_order(response->body);
  if (!order) co_return Error{ErrorKind::service_unavailable, order.error().text};
  co_return order;
}

Task<Result<Order>> begin_order(Run& run) {
  json::object wanted{{"identifiers", json::array{json::object{{"type", "dns"}, {"value", run.wanted.name}}}}};
  const std::string& profile = run.authority.settings().profile;
  if (!profile.empty()) wanted["profile"] = profile;
  const bool replaces = !run.wanted.replaces.empty() && !run.authority.directory().renewal_info.empty();
  if (replaces) wanted["replaces"] = run.wanted.replaces;
  auto asking = run.authority.post(run.authority.directory().new_order, json::serialize(wanted));
  auto response = co_await asking;
  if (!response && replaces && response.error().kind == ErrorKind::bad_request) {
    wanted.erase("replaces");  // it may be replaced already, or of another authority
    auto without = run.authority.post(run.authority.directory().new_order, json::serialize(wanted));
    response = co_await without;
  }
  if (!response) co_return response.error();
  const std::string url(response->headers.value("Location"));
  auto order = read_order(response->body);
  if (!order || !is_good_url(url)) {
    co_return Error{ErrorKind::service_unavailable,
                    order ? "the authority does not say where the order is" : order.error().text};
  }
  run.order_url = url;
  auto keeping = run.keep(url);
  const auto kept = co_await keeping;
  if (!kept) co_return kept.error();
  co_return order;
}

// The one that was left, where it is still good for something.
Task<Result<Order>> open_order(Run& run) {
  if (!run.wanted.order_url.empty()) {
    run.order_url = run.wanted.order_url;
    auto reading = read_again(run);
    auto order = co_await reading;
    if (order && order->status != Status::invalid && order->status != Status::gone) co_return order;
    if (!order && order.error().kind != ErrorKind::bad_request) co_return order.error();
  }
  auto beginning = begin_order(run);
  auto order = co_await beginning;
  co_return order;
}

const Challenge* choose(const Authorization& authorization, const std::vector<std::string>& types, int tried) {
  for (size_t i = 0; i < types.size(); ++i) {
    const std::string& type = types[(i + static_cast<size_t>(tried)) % types.size()];
    const auto found = std::ranges::find(authorization.challenges, type, &Challenge::type);
    if (found != authorization.challenges.end() && !found->token.empty()) return &*found;
  }
  return nullptr;
}

// Shown while it lives.
class Stage {
 public:
  Stage(Run& run, Challenge challenge) : run_(run), challenge_(std::move(challenge)) {}
  Stage(const Stage&) = delete;
  ~Stage() {
    if (challenge_.type == "http-01") {
      run_.challenges.hide_token(challenge_.token);
    } else {
      run_.challenges.hide_certificate(run_.wanted.name);
    }
  }
  Result<void> show() {
    std::string text = key_authorization(challenge_.token, run_.authority.account().key);
    if (challenge_.type == "http-01") {
      run_.challenges.show_token(challenge_.token, std::move(text));
      return {};
    }
    return run_.challenges.show_certificate(run_.wanted.name, text, run_.authority.wire().clock.wall_ms() / 1000);
  }

 private:
  Run& run_;
  const Challenge challenge_;
};

Task<Result<Authorization>> read_authorization_at(Run& run, std::string url) {
  auto reading = run.authority.post(std::move(url), "");
  const auto response = co_await reading;
  if (!response) co_return response.error();
  auto authorization = read_authorization(response->body);
  if (!authorization) co_return Error{ErrorKind::service_unavailable, authorization.error().text};
  if (lower_ascii(authorization->domain) != run.wanted.name) {
    co_return Error{ErrorKind::service_unavailable, "the authority asks for another name than was ordered"};
  }
  co_return authorization;
}

Task<Result<void>> authorize(Run& run, std::string url) {
  auto reading = read_authorization_at(run, url);
  auto authorization = co_await reading;
  if (!authorization) co_return authorization.error();
  if (authorization->status == Status::valid) co_return Result<void>();
  if (authorization->status != Status::pending) co_return refused(authorization->error());
  const Challenge* chosen = choose(*authorization, run.authority.settings().challenges, run.wanted.tried);
  if (!chosen) co_return refused("the authority offers none of the challenges that this server answers");
  Stage stage(run, *chosen);
  if (const auto shown_now = stage.show(); !shown_now) co_return shown_now.error();
  if (chosen->status == Status::pending) {
    auto telling = run.authority.post(chosen->url, "{}");
    const auto told = co_await telling;
    if (!told) co_return told.error();
  }
  for (int polls = 0;; ++polls) {
    auto waiting = wait(run, polls);
    const auto waited = co_await waiting;
    if (!waited) co_return waited.error();
    auto reading_again = read_authorization_at(run, url);
    authorization = co_await reading_again;
    if (!authorization) co_return authorization.error();
    if (authorization->status == Status::valid) co_return Result<void>();
    if (authorization->status != Status::pending && authorization->status != Status::processing) {
      co_return refused(authorization->error());
    }
  }
}

Task<Result<void>> finalize(Run& run, std::string url) {
  const auto request = crypto::make_certificate_request(run.wanted.name, run.wanted.key_pem);
  if (!request) co_return request.error();
  auto telling =
      run.authority.post(std::move(url), json::serialize(json::object{{"csr", crypto::to_base64url(*request)}}));
  const auto told = co_await telling;
  if (!told) co_return told.error();
  co_return Result<void>();
}

Task<Result<std::string>> download(Run& run, std::string url) {
  auto reading = run.authority.post(std::move(url), "");
  auto response = co_await reading;
  if (!response) co_return response.error();
  co_return std::move(response->body);
}

Task<Result<std::string>> go_on(Run& run, Order order) {
  bool is_finalized = false;
  for (int polls = 0;; ++polls) {
    switch (order.status) {
      case Status::pending:
        for (const std::string& url : order.authorizations) {
          auto authorizing = authorize(run, url);
          const auto authorized = co_await authorizing;
          if (!authorized) co_return authorized.error();
        }
        break;
      case Status::ready:
        if (!is_finalized) {
          auto finalizing = finalize(run, order.finalize);
          const auto finalized = co_await finalizing;
          if (!finalized) co_return finalized.error();
          is_finalized = true;
          break;
        }
        [[fallthrough]];
      case Status::processing: {
        auto waiting = wait(run, polls);
        const auto waited = co_await waiting;
        if (!waited) co_return waited.error();
        break;
      }
      case Status::valid: {
        auto downloading = download(run, order.certificate);
        auto chain = co_await downloading;
        co_return chain;
      }
      case Status::invalid:
      case Status::gone: co_return refused(order.error.empty() ? "the authority has given the order up" : order.error);
    }
    auto reading = read_again(run);
    auto next = co_await reading;
    if (!next) co_return next.error();
    if (order.status == Status::pending && next->status == Status::pending) {  // all was authorized
      auto waiting = wait(run, polls);
      const auto waited = co_await waiting;
      if (!waited) co_return waited.error();
    }
    order = std::move(*next);
  }
}

}  // namespace

Task<Result<std::string>> issue(Authority& authority, Challenges& challenges, OrderWanted wanted, KeepOrder keep) {
  auto opening = authority.open();
  const auto opened = co_await opening;
  if (!opened) co_return opened.error();
  Run run{authority, challenges, std::move(wanted), std::move(keep), {}, 0};
  auto ordering = open_order(run);
  auto order = co_await ordering;
  if (!order) co_return order.error();
  auto going_on = go_on(run, std::move(*order));
  auto chain = co_await going_on;
  co_return chain;
}

}  // namespace teahouse::acme
