#include "acme/authority.h"

#include <boost/json.hpp>

#include "acme/signed_request.h"
#include "base/log.h"
#include "crypto/acme_certificate.h"
#include "crypto/encoding.h"

namespace teahouse::acme {
namespace {

namespace json = boost::json;

constexpr uint64_t answer_bytes_max = 128 * 1024;
constexpr int64_t timeout_ms = 30'000, kept_ms = 86'400'000;
constexpr int nonce_tries_max = 10;
constexpr size_t nonces_max = 20, nonce_bytes_max = 256;

Error away(std::string text) { return {ErrorKind::service_unavailable, std::move(text)}; }

// An answer that no authority gives is not the name's fault.
Error broken(const Error& error) { return away(shown(error.text)); }

}  // namespace

Task<Result<http::ClientResponse>> Authority::fetch(http::ClientRequest request) {
  if (!is_good_url(request.url)) {
    co_return away("the authority's address '" + shown(request.url) + "' is no https URL; see acme.directory");
  }
  request.answer_bytes_max = answer_bytes_max;
  request.timeout_ms = timeout_ms;
  using Response = Result<http::ClientResponse>;
  Async<Response> asking(wire_.home, [this, request = std::move(request)](Async<Response>::Done done) {
    const auto exchange = std::make_shared<http::Exchange>();
    *exchange =
        wire_.fetch(request, [exchange, done = std::move(done)](Response response) { done(std::move(response)); });
  });
  auto response = co_await asking;
  if (!response) {
    refusal_retry_after_ms_ = 0;
    co_return away("the authority can't be reached: " + shown(response.error().text));
  }
  keep_nonce(response->headers);
  retry_after_ms_ = read_retry_after_ms(response->headers.value("Retry-After"), wire_.clock.wall_ms());
  co_return response;
}

Task<void> Authority::pause(int64_t ms) {
  Async<bool> pausing(
      wire_.home, [this, ms](Async<bool>::Done done) { wire_.pause(ms, [done = std::move(done)] { done(true); }); });
  co_await pausing;
}

void Authority::keep_nonce(const http::Headers& headers) {
  const std::string_view nonce = headers.value("Replay-Nonce");
  if (nonce.empty() || nonce.size() > nonce_bytes_max || nonces_.size() >= nonces_max) return;
  if (crypto::parse_base64url(nonce)) nonces_.emplace_back(nonce);
}

Error Authority::refuse(const http::ClientResponse& response) {
  refusal_retry_after_ms_ = read_retry_after_ms(response.headers.value("Retry-After"), wire_.clock.wall_ms());
  const Problem problem = read_problem(response.status, response.body);
  if (response.status == 429 || problem.type == "rateLimited") return {ErrorKind::resource_constraint, problem.text};
  const bool is_away = response.status >= 500 || response.status < 400 || problem.type == "serverInternal";
  return {is_away ? ErrorKind::service_unavailable : ErrorKind::bad_request, problem.text};
}

Task<Result<std::string>> Authority::take_nonce() {
  if (nonces_.empty()) {
    http::ClientRequest request;
    request.method = "HEAD";
    request.url = directory_->new_nonce;
    auto asking = fetch(std::move(request));
    const auto response = co_await asking;
    if (!response) co_return response.error();
    if (nonces_.empty()) co_return away("the authority gives no nonce");
  }
  std::string nonce = std::move(nonces_.back());
  nonces_.pop_back();
  co_return nonce;
}

Task<Result<http::ClientResponse>> Authority::post_signed(Asked asked) {
  for (int tried = 1;; ++tried) {
    auto taking = take_nonce();
    const auto nonce = co_await taking;
    if (!nonce) co_return nonce.error();
    http::ClientRequest request;
    request.method = "POST";
    request.url = asked.url;
    request.headers.add("Content-Type", "application/jose+json");
    request.body =
        sign_request(account_.key, {asked.url, *nonce, asked.by_key ? std::string() : account_.url}, asked.payload);
    auto asking = fetch(std::move(request));
    auto response = co_await asking;
    if (!response || (response->status >= 200 && response->status < 300)) co_return response;
    const Problem problem = read_problem(response->status, response->body);
    if (problem.type != "badNonce" || tried == nonce_tries_max) co_return refuse(*response);
    // The answer brought another nonce; those that are older are refused as well.
    if (nonces_.size() > 1) nonces_.erase(nonces_.begin(), nonces_.end() - 1);
  }
}

Task<Result<http::ClientResponse>> Authority::post(std::string url, std::string payload) {
  Asked asked{std::move(url), std::move(payload), false};
  auto posting = post_signed(std::move(asked));
  auto response = co_await posting;
  co_return response;
}

Task<Result<http::ClientResponse>> Authority::get(std::string url) {
  http::ClientRequest request;
  request.url = std::move(url);
  auto asking = fetch(std::move(request));
  auto response = co_await asking;
  if (response && response->status != 200) co_return refuse(*response);
  co_return response;
}

Task<Result<void>> Authority::read_directory_anew() {
  auto reading = get(settings_.directory);
  const auto response = co_await reading;
  if (!response) co_return away(response.error().text);
  auto directory = read_directory(response->body);
  if (!directory) co_return broken(directory.error());
  directory_ = std::move(*directory);
  directory_at_ms_ = wire_.clock.monotonic_ms();
  co_return Result<void>();
}

Task<Result<void>> Authority::make_account() {
  json::object wanted{{"termsOfServiceAgreed", true}};
  if (!settings_.contact.empty()) {
    json::array contact;
    for (const std::string& each : settings_.contact) contact.emplace_back(each);
    wanted["contact"] = std::move(contact);
  }
  if (!settings_.eab_key_id.empty()) {
    const auto binding =
        bind_external_account(account_.key, directory_->new_account, settings_.eab_key_id, settings_.eab_secret);
    if (!binding) co_return away(binding.error().text);
    wanted["externalAccountBinding"] = json::parse(*binding);
  } else if (directory_->external_account_required) {
    co_return away(
        "the authority wants an account that you have with it: set acme.eab_key_id and "
        "acme.eab_secret_file");
  }
  Asked asked{directory_->new_account, json::serialize(wanted), true};
  auto posting = post_signed(std::move(asked));
  const auto response = co_await posting;
  if (!response) co_return away("the authority gives no account: " + response.error().text);
  const std::string url(response->headers.value("Location"));
  if (!is_good_url(url)) co_return away("the authority does not say where the account is");
  account_.url = url;
  account_is_known_ = true;
  co_return Result<void>();
}

Task<Result<void>> Authority::open() {
  if (!directory_ || wire_.clock.monotonic_ms() - directory_at_ms_ > kept_ms) {
    auto reading = read_directory_anew();
    const auto read = co_await reading;
    if (!read) co_return read.error();
  }
  if (account_is_known_) co_return Result<void>();
  auto making = make_account();
  const auto made = co_await making;
  co_return made;
}

Task<Result<void>> Authority::change_key(crypto::P256Key key) {
  if (directory_->key_change.empty()) co_return Error{ErrorKind::bad_request, "the authority changes no keys"};
  Asked asked{directory_->key_change, make_key_change(account_.key, key, directory_->key_change, account_.url), false};
  auto posting = post_signed(std::move(asked));
  const auto response = co_await posting;
  if (!response) co_return response.error();
  account_.key = std::move(key);
  co_return Result<void>();
}

Task<Result<void>> Authority::revoke(std::string certificate_pem, int reason) {
  if (directory_->revoke_certificate.empty()) {
    co_return Error{ErrorKind::bad_request, "the authority revokes no certificates"};
  }
  const auto der = crypto::certificate_der(certificate_pem);
  if (!der) co_return der.error();
  Asked asked{directory_->revoke_certificate,
              json::serialize(json::object{{"certificate", crypto::to_base64url(*der)}, {"reason", reason}}), false};
  auto posting = post_signed(std::move(asked));
  const auto response = co_await posting;
  if (!response) co_return response.error();
  co_return Result<void>();
}

}  // namespace teahouse::acme
