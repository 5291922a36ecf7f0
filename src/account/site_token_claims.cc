#include "account/site_token_claims.h"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/clock.h"
#include "base/text.h"
#include "crypto/jws.h"

namespace teahouse {
namespace {

namespace json = boost::json;

constexpr size_t issuer_bytes_max = 255;
constexpr size_t rooms_max = 64;
constexpr size_t room_bytes_max = 1023;
constexpr const char* session_claim = "teahouse_session";
constexpr double year_5000_s = 1e11;

Error malformed(std::string text) { return Error{ErrorKind::bad_request, std::move(text)}; }

Result<json::object> parse_claims(const Result<std::string>& payload) {
  if (!payload) return payload.error();
  json::parse_options options;
  options.max_depth = 8;
  json::error_code failure;
  const json::value value = json::parse(*payload, failure, {}, options);
  if (failure || !value.is_object()) return malformed("This token's claims part is not a JSON object.");
  return value.get_object();
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

// An optional claim that must be a string if it is there.
Result<std::string> read_text(const json::object& claims, const char* name) {
  const json::value* value = claims.if_contains(name);
  if (!value || value->is_null()) return std::string();
  if (value->is_string()) return std::string(std::string_view(value->get_string()));
  return malformed("This token's \"" + std::string(name) + "\" must be a string: write \"42\", not 42.");
}

// The same for one that is compared as it is.
Result<std::string> read_name(const json::object& claims, const char* name, size_t bytes_max) {
  auto text = read_text(claims, name);
  if (!text) return text;
  const std::string quoted = "This token's \"" + std::string(name) + "\" ";
  if (text->size() > bytes_max) return malformed(quoted + "is longer than " + std::to_string(bytes_max) + " bytes.");
  if (has_control(*text)) return malformed(quoted + "has a control character.");
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
    return not_authorized("This token ran out " + describe_duration(now_s - **exp) + " ago" + server_time(now_s) + ".");
  }
  for (const char* name : {"nbf", "iat"}) {
    const auto start = read_time(claims, name);
    if (!start) return start.error();
    if (*start && **start > now_s + token_skew_s) {
      return not_authorized("This token begins " + describe_duration(**start - now_s) + " from now" +
                            server_time(now_s) + ": set your server's clock.");
    }
  }
  return **exp;
}

Result<std::string> read_subject(const json::object& claims) {
  auto sub = read_name(claims, "sub", 4 * token_subject_characters_max);
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
  auto iss = read_name(claims, "iss", issuer_bytes_max);
  if (iss && iss->empty()) return malformed("This token has no \"iss\": give the id of your site's key.");
  return iss;
}

Result<SiteTokenClaims> read_claims(const json::object& claims, int64_t now_s) {
  auto iss = read_issuer(claims);
  if (!iss) return iss.error();
  auto sub = read_subject(claims);
  if (!sub) return sub.error();
  const auto exp = check_times(claims, now_s);
  if (!exp) return exp.error();
  SiteTokenClaims read{std::move(*iss), std::move(*sub), *exp};
  for (const auto& [name, member] :
       {std::pair("name", &SiteTokenClaims::name), std::pair("picture", &SiteTokenClaims::picture),
        std::pair("role", &SiteTokenClaims::role)}) {
    auto text = read_text(claims, name);
    if (!text) return text.error();
    read.*member = std::move(*text);
  }
  auto rooms = read_rooms(claims);
  if (!rooms) return rooms.error();
  read.rooms = std::move(*rooms);
  const auto guest = read_guest(claims);
  if (!guest) return guest.error();
  read.guest = *guest;
  if (const json::value* session = claims.if_contains(session_claim)) {
    const auto* incarnation = session->if_int64();
    if (!incarnation) return malformed("This token's \"" + std::string(session_claim) + "\" is the server's own mark.");
    read.session = *incarnation;
  }
  return read;
}

}  // namespace

Result<std::string> peek_issuer(std::string_view token) {
  const auto claims = parse_claims(crypto::peek_payload(token));
  return claims ? read_issuer(*claims) : claims.error();
}

Result<std::string> peek_subject(std::string_view token) {
  const auto claims = parse_claims(crypto::peek_payload(token));
  return claims ? read_subject(*claims) : claims.error();
}

Result<int64_t> peek_times(std::string_view token, int64_t now_s) {
  const auto claims = parse_claims(crypto::peek_payload(token));
  return claims ? check_times(*claims, now_s) : claims.error();
}

Result<SiteTokenClaims> verify_claims(std::string_view token, std::span<const std::string> secrets, int64_t now_s) {
  const auto claims = parse_claims(crypto::verify_jws(token, secrets));
  if (!claims) return claims.error();
  return read_claims(*claims, now_s);
}

std::string sign_claims(const SiteTokenClaims& claims, std::string_view secret) {
  json::object object{{"iss", claims.iss}, {"sub", claims.sub}, {"exp", claims.exp_s}};
  if (!claims.name.empty()) object["name"] = claims.name;
  if (!claims.picture.empty()) object["picture"] = claims.picture;
  if (!claims.role.empty()) object["role"] = claims.role;
  if (claims.guest) object["guest"] = true;
  if (claims.session) object[session_claim] = *claims.session;
  if (!claims.rooms.empty()) object["rooms"] = json::array(claims.rooms.begin(), claims.rooms.end());
  return crypto::sign_jws(json::serialize(object), secret);
}

}  // namespace teahouse
