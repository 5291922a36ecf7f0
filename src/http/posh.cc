#include "http/posh.h"

#include <boost/json.hpp>

#include <algorithm>

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "http/url.h"

namespace teahouse::http {
namespace {

namespace json = boost::json;

constexpr size_t depth_max = 8, url_bytes_max = 2048;

Error bad(const std::string& what) { return {ErrorKind::bad_request, "the POSH document is broken: " + what}; }

// Of a hash that has the right size; base64 as RFC 4648 has it, since others mean others.
std::string hash_of(const json::object& object, const char* member, crypto::Hash hash) {
  const json::value* found = object.if_contains(member);
  if (!found || !found->is_string()) return {};
  auto bytes = crypto::parse_base64(std::string_view(found->get_string()));
  return bytes && bytes->size() == crypto::digest_size(hash) ? std::move(*bytes) : std::string();
}

Result<std::vector<Posh::Fingerprint>> read_fingerprints(const json::array& list) {
  std::vector<Posh::Fingerprint> fingerprints;
  for (const json::value& each : list) {
    if (fingerprints.size() == posh_fingerprints_max) return bad("it has more than 20 fingerprints");
    if (!each.is_object()) continue;
    Posh::Fingerprint one{hash_of(each.get_object(), "sha-256", crypto::Hash::sha256),
                          hash_of(each.get_object(), "sha-512", crypto::Hash::sha512)};
    if (!one.sha256.empty() || !one.sha512.empty()) fingerprints.push_back(std::move(one));
  }
  if (fingerprints.empty()) return bad("none of its fingerprints has a sha-256 or sha-512 in base64");
  return fingerprints;
}

}  // namespace

std::string posh_url(const std::string& ascii_domain, std::string_view service) {
  return "https://" + ascii_domain + "/.well-known/posh/" + std::string(service) + ".json";
}

Result<Posh> read_posh(std::string_view body) {
  if (body.size() > posh_bytes_max) return bad("it is longer than 16 KiB");
  json::parse_options options;
  options.max_depth = depth_max;
  boost::system::error_code failed;
  const auto value = json::parse({body.data(), body.size()}, failed, {}, options);
  if (failed || !value.is_object()) return bad("it is no JSON object");
  const json::object& object = value.get_object();
  Posh posh;
  if (const json::value* expires = object.if_contains("expires")) {
    if (!expires->is_int64() && !expires->is_uint64()) return bad("'expires' is no number of seconds");
    const int64_t seconds = expires->is_int64() ? expires->get_int64() : posh_seconds_max;
    posh.expires_s = std::clamp<int64_t>(seconds, 0, posh_seconds_max);
  }
  const json::value *list = object.if_contains("fingerprints"), *url = object.if_contains("url");
  if (list && url) return bad("it has both fingerprints and a URL");
  if (url) {
    if (!url->is_string() || url->get_string().size() > url_bytes_max) return bad("'url' is no URL");
    posh.url = std::string(std::string_view(url->get_string()));
    const auto parsed = parse_url(posh.url);
    if (!parsed || !parsed->secure) return bad("'url' is none of https");
    return posh;
  }
  if (!list || !list->is_array()) return bad("it has neither fingerprints nor a URL");
  auto fingerprints = read_fingerprints(list->get_array());
  if (!fingerprints) return fingerprints.error();
  posh.fingerprints = std::move(*fingerprints);
  return posh;
}

bool has_fingerprint(const Posh& posh, std::string_view der) {
  if (posh.fingerprints.empty()) return false;
  const std::string sha256 = crypto::digest(crypto::Hash::sha256, der),
                    sha512 = crypto::digest(crypto::Hash::sha512, der);
  return std::ranges::any_of(posh.fingerprints, [&](const Posh::Fingerprint& each) {
    const bool states = !each.sha256.empty() || !each.sha512.empty();
    return states && (each.sha256.empty() || each.sha256 == sha256) && (each.sha512.empty() || each.sha512 == sha512);
  });
}

}  // namespace teahouse::http
