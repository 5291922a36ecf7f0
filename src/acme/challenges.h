// Challenges: what validators of an authority are shown while an order is under way: by http-01 the text of a token,
// by tls-alpn-01 a certificate.
//
// Thread: any. Limits: 1,000 at once; the oldest goes.
// Spec: RFC 8555 section 8.3, RFC 8737.
#pragma once

#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "net/tls.h"

namespace teahouse::acme {

// Under this and the name TlsContexts has the certificate of a challenge (net/tls_session.cc).
inline constexpr std::string_view alpn_prefix = "acme-tls/1:";

class Challenges {
 public:
  explicit Challenges(net::TlsContexts& contexts) : contexts_(contexts) {}

  void show_token(std::string token, std::string key_authorization);
  void hide_token(std::string_view token);
  std::optional<std::string> find_token(std::string_view token) const;  // its key authorization

  // Errors: bad_request.
  Result<void> show_certificate(const std::string& name, std::string_view key_authorization, int64_t now_s);
  void hide_certificate(const std::string& name);

 private:
  struct Shown {
    std::string token, key_authorization;
  };
  net::TlsContexts& contexts_;
  mutable std::mutex mutex_;  // of what follows
  std::list<Shown> tokens_;
};

}  // namespace teahouse::acme
