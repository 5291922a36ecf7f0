#include "acme/answers.h"

#include <boost/json.hpp>

#include <algorithm>
#include <ctime>
#include <optional>

#include "base/text.h"

namespace teahouse::acme {
namespace {

namespace json = boost::json;

constexpr size_t body_bytes_max = 64 * 1024, url_bytes_max = 2048, token_bytes_max = 200, shown_bytes_max = 300;
constexpr size_t depth_max = 16, list_max = 20;
constexpr int64_t week_ms = 7 * 86'400'000LL;
constexpr std::string_view urn = "urn:ietf:params:acme:error:";

Error bad(std::string_view what) {
  return {ErrorKind::bad_request, "the authority's answer is broken: " + std::string(what)};
}

Result<json::object> parse_object(std::string_view body) {
  if (body.size() > body_bytes_max) return bad("it is longer than 64 KiB");
  json::parse_options options;
  options.max_depth = depth_max;
  boost::system::error_code failed;
  const auto value = json::parse({body.data(), body.size()}, failed, {}, options);
  if (failed || !value.is_object()) return bad("it is no JSON object");
  return value.get_object();
}

std::string text_of(const json::object& object, const char* member) {
  const json::value* found = object.if_contains(member);
  return found && found->is_string() ? std::string(std::string_view(found->get_string())) : std::string();
}

std::string url_of(const json::object& object, const char* member) {
  std::string url = text_of(object, member);
  return is_good_url(url) ? url : std::string();
}

const json::array* list_of(const json::object& object, const char* member) {
  const json::value* found = object.if_contains(member);
  return found && found->is_array() ? &found->get_array() : nullptr;
}

const json::object* object_of(const json::object& object, const char* member) {
  const json::value* found = object.if_contains(member);
  return found && found->is_object() ? &found->get_object() : nullptr;
}

std::optional<Status> status_of(const json::object& object) {
  const std::string text = text_of(object, "status");
  if (text == "pending") return Status::pending;
  if (text == "processing") return Status::processing;
  if (text == "ready") return Status::ready;
  if (text == "valid") return Status::valid;
  if (text == "invalid") return Status::invalid;
  if (text == "deactivated" || text == "expired" || text == "revoked") return Status::gone;
  return std::nullopt;
}

bool is_token(std::string_view text) {
  if (text.empty() || text.size() > token_bytes_max) return false;
  return std::ranges::all_of(text, [](char c) {
    const char lower = lower_ascii(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// "rateLimited: too many orders", with those of the parts behind it.
std::string words_of(const json::object& problem) {
  std::string type = text_of(problem, "type");
  if (type.starts_with(urn)) type = type.substr(urn.size());
  const std::string detail = text_of(problem, "detail");
  std::string words = type.empty() ? detail : detail.empty() ? type : type + ": " + detail;
  if (const json::array* parts = list_of(problem, "subproblems"); parts && !parts->empty() && words.empty()) {
    if (parts->front().is_object()) words = text_of(parts->front().get_object(), "detail");
  }
  return shown(words);
}

std::string error_of(const json::object& object) {
  const json::object* problem = object_of(object, "error");
  return problem ? words_of(*problem) : std::string();
}

std::optional<int> digits(std::string_view text, size_t at, size_t count) {
  return at + count <= text.size() ? parse_decimal<int>(text.substr(at, count)) : std::nullopt;
}

// RFC 3339: "2026-01-31T23:59:59Z", perhaps with a fraction and an offset.
std::optional<int64_t> read_time_ms(std::string_view text) {
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second || *year < 1970) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't')) return std::nullopt;
  std::tm time{};
  time.tm_year = *year - 1900;
  time.tm_mon = *month - 1;
  time.tm_mday = *day;
  time.tm_hour = *hour;
  time.tm_min = *minute;
  time.tm_sec = *second;
  size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    while (++at < text.size() && text[at] >= '0' && text[at] <= '9') {}
  }
  int offset_minutes = 0;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    const auto hours = digits(text, at + 1, 2), minutes = digits(text, at + 4, 2);
    if (!hours || !minutes) return std::nullopt;
    offset_minutes = (*hours * 60 + *minutes) * (text[at] == '-' ? -1 : 1);
  } else if (text.substr(at) != "Z" && text.substr(at) != "z") {
    return std::nullopt;
  }
  const std::time_t seconds = ::timegm(&time);
  return (static_cast<int64_t>(seconds) - offset_minutes * 60) * 1000;
}

Result<Challenge> read_challenge(const json::value& value) {
  if (!value.is_object()) return bad("a challenge is no object");
  const json::object& object = value.get_object();
  Challenge challenge{text_of(object, "type"), url_of(object, "url"), text_of(object, "token"),
                      status_of(object).value_or(Status::pending), error_of(object)};
  // One of a type that nobody here knows may have no token.
  if (challenge.url.empty() || (!challenge.token.empty() && !is_token(challenge.token))) {
    return bad("a challenge's url or token can't be");
  }
  return challenge;
}

}  // namespace

std::string shown(std::string_view text) {
  std::string safe;
  for (const char c : text.substr(0, shown_bytes_max)) safe += c >= 0x20 && c < 0x7f ? c : '?';
  return safe;
}

// In the open only to this machine: an authority of its own, as tests have.
bool is_good_url(std::string_view url) {
  if (url.size() > url_bytes_max) return false;
  if (!std::ranges::all_of(url, [](char c) { return c > 0x20 && c < 0x7f; })) return false;
  return url.starts_with("https://") || url.starts_with("http://127.0.0.1:") || url.starts_with("http://[::1]:") ||
         url.starts_with("http://localhost:");
}

Result<Directory> read_directory(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return object.error();
  Directory directory{url_of(*object, "newNonce"),   url_of(*object, "newAccount"), url_of(*object, "newOrder"),
                      url_of(*object, "revokeCert"), url_of(*object, "keyChange"),  url_of(*object, "renewalInfo")};
  if (directory.new_nonce.empty() || directory.new_account.empty() || directory.new_order.empty()) {
    return bad("it is no directory of ACME: newNonce, newAccount or newOrder is missing; is acme.directory right?");
  }
  const json::object* meta = object_of(*object, "meta");
  if (!meta) return directory;
  const json::value* required = meta->if_contains("externalAccountRequired");
  directory.external_account_required = required && required->is_bool() && required->get_bool();
  if (const json::object* profiles = object_of(*meta, "profiles")) {
    for (const auto& [name, text] : *profiles) {
      if (directory.profiles.size() < list_max) directory.profiles.push_back(shown(std::string_view(name)));
    }
  }
  return directory;
}

Result<Order> read_order(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return object.error();
  const auto status = status_of(*object);
  if (!status) return bad("an order has no status");
  Order order{*status, {}, url_of(*object, "finalize"), url_of(*object, "certificate"), error_of(*object)};
  if (const json::array* list = list_of(*object, "authorizations")) {
    if (list->size() > list_max) return bad("an order has more than 20 authorizations");
    for (const json::value& each : *list) {
      const std::string url = each.is_string() ? std::string(std::string_view(each.get_string())) : std::string();
      if (!is_good_url(url)) return bad("an authorization's url can't be");
      order.authorizations.push_back(url);
    }
  }
  if (order.finalize.empty()) return bad("an order has no finalize");
  if (order.status == Status::valid && order.certificate.empty()) return bad("a valid order has no certificate");
  return order;
}

Result<Authorization> read_authorization(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return object.error();
  const auto status = status_of(*object);
  const json::object* identifier = object_of(*object, "identifier");
  const json::array* list = list_of(*object, "challenges");
  if (!status || !identifier || !list || list->size() > list_max) return bad("an authorization lacks a part");
  Authorization authorization{*status, text_of(*identifier, "value"), {}};
  for (const json::value& each : *list) {
    auto challenge = read_challenge(each);
    if (!challenge) return challenge.error();
    authorization.challenges.push_back(std::move(*challenge));
  }
  return authorization;
}

std::string Authorization::error() const {
  for (const Challenge& challenge : challenges) {
    if (!challenge.error.empty()) return challenge.error;
  }
  return "the authority could not validate the domain, and says no more";
}

Problem read_problem(int status, std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return {{}, "the authority answers " + std::to_string(status)};
  std::string type = text_of(*object, "type");
  if (type.starts_with(urn)) type = type.substr(urn.size());
  const std::string words = words_of(*object);
  return {shown(type), words.empty() ? "the authority answers " + std::to_string(status) : words};
}

Result<RenewalWindow> read_renewal_info(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return object.error();
  const json::object* window = object_of(*object, "suggestedWindow");
  if (!window) return bad("it suggests no window");
  const auto start = read_time_ms(text_of(*window, "start")), end = read_time_ms(text_of(*window, "end"));
  if (!start || !end || *start > *end) return bad("the window's times can't be");
  return RenewalWindow{*start, *end};
}

int64_t read_retry_after_ms(std::string_view header, int64_t now_ms) {
  if (const auto seconds = parse_decimal<uint32_t>(header)) {
    return std::min<int64_t>(static_cast<int64_t>(*seconds) * 1000, week_ms);
  }
  std::tm time{};
  const std::string text(header.substr(0, 40));
  if (!::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &time)) return 0;
  return std::clamp<int64_t>(static_cast<int64_t>(::timegm(&time)) * 1000 - now_ms, 0, week_ms);
}

}  // namespace teahouse::acme
