// The order of the checks is the safety argument: size, three parts, header with alg = HS256, signature, and only then
// the claims. peek_issuer alone reads claims unverified, and its answer only chooses the secret that verification then
// uses.
#include "crypto/jwt.h"

#include <boost/json.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <optional>

#include "base/clock.h"
#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::crypto {
namespace {

namespace json = boost::json;

constexpr size_t issuer_bytes_max = 255;
constexpr size_t name_bytes_max = 4 * 128;
constexpr size_t picture_bytes_max = 2048;
constexpr size_t role_bytes_max = 32;
constexpr size_t rooms_max = 64;
constexpr size_t room_bytes_max = 1023;
constexpr double year_5000_s = 1e11;

Error malformed(std::string text) { return Error{ErrorKind::bad_request, std::move(text)}; }
Error refused(std::string text) { return Error{ErrorKind::not_authorized, std::move(text)}; }

struct TokenParts {
  std::string_view header, claims, signature;
  std::string_view signed_part;  // header.claims
};

Result<TokenParts> split(std::string_view token) {
  if (token.empty()) return malformed("There is no token.");
  if (token.size() > token_bytes_max)
    return malformed("This token is longer than 8192 bytes; leave rooms or the picture out.");
  const size_t first = token.find('.');
  const size_t second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos) {
    return malformed("This is not a token: a JSON Web Token has three parts joined by dots.");
  }
  return TokenParts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
                    token.substr(0, second)};
}

Result<json::object> parse_object(std::string_view base64url, const char* which) {
  const auto text = parse_base64url(base64url);
  if (!text) return malformed(std::string("This token's ") + which + " is not base64url without padding.");
  json::parse_options options;
  options.max_depth = 8;
  json::error_code failure;
  const json::value value = json::parse(*text, failure, {}, options);
  if (failure || !value.is_object()) return malformed(std::string("This token's ") + which + " is not a JSON object.");
  return value.get_object();
}

// A word of the token that may be repeated in an error text: short and of letters, digits and hyphens only.
std::string quotable(std::string_view word) {
  if (word.empty() || word.size() > 16) return "something else";
  for (const char c : word) {
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'))
      return "something else";
  }
  return "\"" + std::string(word) + "\"";
}

Result<void> check_header(const json::object& header) {
  const json::value* alg = header.if_contains("alg");
  if (!alg || !alg->is_string()) return malformed("This token's header names no algorithm (\"alg\"); sign with HS256.");
  const std::string_view name = alg->get_string();
  if (name != "HS256") return refused("This token is signed with " + quotable(name) + "; only HS256 is accepted.");
  if (header.contains("crit")) return malformed("This token's header has \"crit\"; no extension is understood.");
  return {};
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

// An optional claim that must be a string if it is there.
Result<std::string> read_text(const json::object& claims, const char* name, size_t bytes_max) {
  const json::value* value = claims.if_contains(name);
  if (!value || value->is_null()) return std::string();
  const std::string quoted = std::string("\"") + name + "\"";
  if (!value->is_string()) return malformed("This token's " + quoted + " must be a string: write \"42\", not 42.");
  std::string text(std::string_view(value->get_string()));
  if (text.size() > bytes_max) {
    return malformed("This token's " + quoted + " is longer than " + std::to_string(bytes_max) + " bytes.");
  }
  return text;
}

// The same for one that is compared or used as it is.
Result<std::string> read_string(const json::object& claims, const char* name, size_t bytes_max) {
  auto text = read_text(claims, name, bytes_max);
  if (text && has_control(*text))
    return malformed("This token's \"" + std::string(name) + "\" has a control character.");
  return text;
}

// A claim of seconds since 1970. JavaScript makes fractions and, by a common mistake, milliseconds.
Result<std::optional<int64_t>> read_time(const json::object& claims, const char* name) {
  const json::value* value = claims.if_contains(name);
  if (!value) return std::optional<int64_t>();
  const std::string quoted = std::string("\"") + name + "\"";
  if (!value->is_number()) return malformed("This token's " + quoted + " must be a number of seconds since 1970.");
  json::error_code failure;
  const double seconds = value->to_number<double>(failure);
  if (failure || !std::isfinite(seconds) || seconds < 0) {
    return malformed("This token's " + quoted + " must be a number of seconds since 1970.");
  }
  if (seconds >= year_5000_s) {
    return malformed("This token's " + quoted + " is too large: give seconds since 1970, not milliseconds.");
  }
  return std::optional<int64_t>(static_cast<int64_t>(seconds));
}

std::string describe_duration(int64_t seconds) {
  const auto say = [](int64_t count, const char* unit) {
    return std::to_string(count) + " " + unit + (count == 1 ? "" : "s");
  };
  if (seconds < 120) return say(seconds, "second");
  if (seconds < 2 * 3600) return say(seconds / 60, "minute");
  if (seconds < 2 * 86400) return say(seconds / 3600, "hour");
  return say(seconds / 86400, "day");
}

std::string server_time(int64_t now_s) {
  std::string time = format_time(now_s * 1000);
  if (const size_t dot = time.find('.'); dot != time.npos) time = time.substr(0, dot) + "Z";
  return " (server time " + time + ")";
}

Result<int64_t> check_times(const json::object& claims, int64_t now_s) {
  const auto exp = read_time(claims, "exp");
  if (!exp) return exp.error();
  if (!*exp) return malformed("This token has no \"exp\": say when it runs out, in seconds since 1970.");
  if (now_s > **exp + token_skew_s) {
    return refused("This token ran out " + describe_duration(now_s - **exp) + " ago" + server_time(now_s) + ".");
  }
  for (const char* name : {"nbf", "iat"}) {
    const auto start = read_time(claims, name);
    if (!start) return start.error();
    if (*start && **start > now_s + token_skew_s) {
      return refused("This token begins " + describe_duration(**start - now_s) + " from now" + server_time(now_s) +
                     ": set your server's clock.");
    }
  }
  return **exp;
}

Result<std::string> read_subject(const json::object& claims) {
  auto sub = read_string(claims, "sub", 4 * token_subject_characters_max);
  if (!sub) return sub;
  if (sub->empty()) return malformed("This token has no \"sub\": give your site's id of the user, as a string.");
  if (count_characters(*sub) > token_subject_characters_max) {
    return malformed("This token's \"sub\" is longer than 64 characters.");
  }
  return sub;
}

Result<std::vector<std::string>> read_rooms(const json::object& claims) {
  std::vector<std::string> rooms;
  const json::value* value = claims.if_contains("rooms");
  if (!value || value->is_null()) return rooms;
  const Error wrong = malformed("This token's \"rooms\" must be a list of at most 64 names.");
  if (!value->is_array() || value->get_array().size() > rooms_max) return wrong;
  for (const json::value& room : value->get_array()) {
    if (!room.is_string() || room.get_string().empty() || room.get_string().size() > room_bytes_max) return wrong;
    if (has_control(room.get_string())) return wrong;
    rooms.emplace_back(std::string_view(room.get_string()));
  }
  return rooms;
}

Result<bool> read_guest(const json::object& claims) {
  const json::value* value = claims.if_contains("guest");
  if (!value) return false;
  if (!value->is_bool()) return malformed("This token's \"guest\" is the server's own mark; leave it out.");
  return value->get_bool();
}

Result<std::string> read_issuer(const json::object& claims) {
  auto iss = read_string(claims, "iss", issuer_bytes_max);
  if (iss && iss->empty()) return malformed("This token has no \"iss\": give the id of your site's key.");
  return iss;
}

Result<SiteToken> read_claims(const json::object& claims, int64_t now_s) {
  auto iss = read_issuer(claims);
  if (!iss) return iss.error();
  auto sub = read_subject(claims);
  if (!sub) return sub.error();
  const auto exp = check_times(claims, now_s);
  if (!exp) return exp.error();
  auto name = read_text(claims, "name", name_bytes_max);
  if (!name) return name.error();
  if (count_characters(*name) > 128) return malformed("This token's \"name\" is longer than 128 characters.");
  auto picture = read_string(claims, "picture", picture_bytes_max);
  if (!picture) return picture.error();
  if (!picture->empty() && !picture->starts_with("https://")) {
    return malformed("This token's \"picture\" must be an address that starts with https://.");
  }
  auto role = read_string(claims, "role", role_bytes_max);
  if (!role) return role.error();
  auto rooms = read_rooms(claims);
  if (!rooms) return rooms.error();
  const auto guest = read_guest(claims);
  if (!guest) return guest.error();
  return SiteToken{*std::move(iss),  *std::move(sub),   *exp,  *std::move(name), *std::move(picture),
                   *std::move(role), *std::move(rooms), *guest};
}

}  // namespace

Result<std::string> peek_issuer(std::string_view token) {
  const auto parts = split(token);
  if (!parts) return parts.error();
  const auto claims = parse_object(parts->claims, "claims part");
  if (!claims) return claims.error();
  return read_issuer(*claims);
}

Result<SiteToken> verify_token(std::string_view token, std::span<const std::string> secrets, int64_t now_s) {
  const auto parts = split(token);
  if (!parts) return parts.error();
  const auto header = parse_object(parts->header, "header");
  if (!header) return header.error();
  if (const auto checked = check_header(*header); !checked) return checked.error();
  const auto signature = parse_base64url(parts->signature);
  if (!signature) return malformed("This token's signature is not base64url without padding.");
  bool good = false;
  for (const std::string& secret : secrets) {
    if (secret.size() < token_secret_bytes_min) continue;
    good |= constant_time_equal(hmac_sha256(secret, parts->signed_part), *signature);
  }
  if (!good)
    return refused(
        "This token's signature is wrong: sign it with the secret that belongs to its \"iss\", under HS256.");
  const auto claims = parse_object(parts->claims, "claims part");
  if (!claims) return claims.error();
  return read_claims(*claims, now_s);
}

std::string make_token(const SiteToken& claims, std::string_view secret) {
  assert(secret.size() >= token_secret_bytes_min);
  json::object object{{"iss", claims.iss}, {"sub", claims.sub}, {"exp", claims.exp_s}};
  if (!claims.name.empty()) object["name"] = claims.name;
  if (!claims.picture.empty()) object["picture"] = claims.picture;
  if (!claims.role.empty()) object["role"] = claims.role;
  if (claims.guest) object["guest"] = true;
  if (!claims.rooms.empty()) object["rooms"] = json::array(claims.rooms.begin(), claims.rooms.end());
  std::string token = to_base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + to_base64url(json::serialize(object));
  token += "." + to_base64url(hmac_sha256(secret, token));
  return token;
}

}  // namespace teahouse::crypto
