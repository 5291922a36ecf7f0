#include "acme/challenges.h"

#include <algorithm>

#include "crypto/acme_certificate.h"

namespace teahouse::acme {
namespace {
constexpr size_t tokens_max = 1000;
}

void Challenges::show_token(std::string token, std::string key_authorization) {
  const std::lock_guard lock(mutex_);
  if (tokens_.size() >= tokens_max) tokens_.pop_front();
  tokens_.push_back({std::move(token), std::move(key_authorization)});
}

void Challenges::hide_token(std::string_view token) {
  const std::lock_guard lock(mutex_);
  tokens_.remove_if([token](const Shown& each) { return each.token == token; });
}

std::optional<std::string> Challenges::find_token(std::string_view token) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(tokens_, token, &Shown::token);
  return found == tokens_.end() ? std::nullopt : std::optional(found->key_authorization);
}

Result<void> Challenges::show_certificate(const std::string& name, std::string_view key_authorization, int64_t now_s) {
  const auto made = crypto::make_alpn_certificate(name, key_authorization, now_s);
  if (!made) return made.error();
  return contexts_.set(std::string(alpn_prefix) + name, made->certificate_pem, made->key_pem);
}

void Challenges::hide_certificate(const std::string& name) { contexts_.remove(std::string(alpn_prefix) + name); }

}  // namespace teahouse::acme
