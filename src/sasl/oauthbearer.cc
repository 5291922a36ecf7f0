// client-first is a GS2 header and key=value pairs, each ended by 0x01, and one more 0x01 at the end:
//
//   n,a=juliet@example.org,^Ahost=example.org^Aport=5222^Aauth=Bearer eyJhbGciOi...^A^A
#include "sasl/oauthbearer.h"

#include "base/text.h"

namespace teahouse::sasl {
namespace {

constexpr char separator = '\x01';

Failure malformed(const char* text) { return Failure{Condition::malformed_request, text}; }

// The authzid of a GS2 header without its last comma ("n,a=juliet@example.org"), or nothing if that is malformed.
// "y" and "n" are alike here: OAUTHBEARER has no -PLUS variant to be downgraded from.
std::optional<std::string> parse_gs2_header(std::string_view header) {
  if (header.size() < 2 || (header[0] != 'n' && header[0] != 'y') || header[1] != ',') return std::nullopt;
  header.remove_prefix(2);
  if (header.empty()) return std::string();
  if (!header.starts_with("a=") || header.size() == 2) return std::nullopt;
  std::string authzid;
  for (size_t i = 2; i < header.size(); ++i) {
    const std::string_view escape = header.substr(i, 3);
    if (escape == "=2C" || escape == "=3D") {
      authzid.push_back(escape == "=2C" ? ',' : '=');
      i += 2;
    } else if (header[i] == '=' || header[i] == ',' || header[i] == '\0') {
      return std::nullopt;
    } else {
      authzid.push_back(header[i]);
    }
  }
  return authzid;
}

bool is_key(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) return false;
  }
  return true;
}

// The value of "auth", empty if the client only asks what is wanted; nothing if the pairs are malformed.
std::optional<std::string_view> find_auth(std::string_view pairs) {
  std::optional<std::string_view> auth;
  while (pairs.size() > 1) {
    const size_t end = pairs.find(separator);
    if (end == pairs.npos) return std::nullopt;
    const std::string_view pair = pairs.substr(0, end);
    const size_t equals = pair.find('=');
    if (equals == pair.npos || !is_key(pair.substr(0, equals))) return std::nullopt;
    if (pair.substr(0, equals) == "auth") {
      if (auth) return std::nullopt;
      auth = pair.substr(equals + 1);
    }
    pairs.remove_prefix(end + 1);
  }
  if (pairs.size() != 1 || pairs[0] != separator) return std::nullopt;
  return auth ? auth : std::string_view();
}

// RFC 6750's b64token.
bool is_token(std::string_view text) {
  const size_t end = text.find_last_not_of('=');
  if (end == text.npos) return false;
  for (const char c : text.substr(0, end + 1)) {
    const bool letter_digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter_digit && c != '-' && c != '.' && c != '_' && c != '~' && c != '+' && c != '/') return false;
  }
  return true;
}

bool is_bearer(std::string_view auth) {
  static constexpr std::string_view scheme = "bearer ";
  return auth.size() > scheme.size() && lower_ascii(auth.substr(0, scheme.size())) == scheme;
}

}  // namespace

Step OauthBearer::on_data(std::string_view client_data) {
  if (!refused_) return on_client_first(client_data);
  if (client_data != std::string_view(&separator, 1))
    return malformed("After the error only the byte 0x01 may follow.");
  return *std::move(refused_);
}

Step OauthBearer::on_client_first(std::string_view message) {
  if (auto failure = check_utf8(message)) return *std::move(failure);
  const size_t header_end = message.find(separator);
  if (header_end == message.npos || header_end == 0 || message[header_end - 1] != ',') {
    return malformed("The first message has no GS2 header.");
  }
  auto authzid = parse_gs2_header(message.substr(0, header_end - 1));
  if (!authzid) return malformed("The GS2 header is malformed.");
  if (authzid->size() > authzid_bytes_max) return Failure{Condition::invalid_authzid, "The authzid is too long."};
  authzid_ = *std::move(authzid);
  const auto auth = find_auth(message.substr(header_end + 1));
  if (!auth) return malformed("The key=value pairs are malformed.");
  if (auth->empty()) return on_refused({Condition::not_authorized, "A token is wanted: auth=Bearer ..."});
  if (!is_bearer(*auth)) return malformed("\"auth\" must be \"Bearer\", a space and the token.");
  std::string_view token = auth->substr(7);
  while (token.starts_with(' ')) token.remove_prefix(1);
  if (!is_token(token)) return malformed("The token has a character that no bearer token has.");
  return VerifyToken{authzid_, std::string(token)};
}

Step OauthBearer::on_accepted(std::string authcid, std::string /*server_data*/) {
  return Success{std::move(authcid), authzid_, {}};
}

Step OauthBearer::on_refused(Failure failure) {
  // An error of storage is no statement about the token, and a JSON error would be one.
  if (failure.condition == Condition::temporary_auth_failure) return failure;
  if (failure.text.empty()) failure.text = "The token was refused.";
  refused_ = std::move(failure);
  return Challenge{R"({"status":"invalid_token"})"};
}

}  // namespace teahouse::sasl
