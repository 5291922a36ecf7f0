#include "files/s3/signature.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "http/url.h"

namespace teahouse::s3 {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256", service = "s3", last_word = "aws4_request";
constexpr size_t date_characters = 8;

// "20130524T000000Z".
std::string write_time(int64_t wall_ms) {
  std::string time = format_time(wall_ms);  // "2013-05-24T00:00:00.000Z"
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  return time.substr(0, time.find('.')) + "Z";
}

// The parameters in their order, each with its "=".
std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const std::string_view one = query.substr(0, query.find('&'));
    const size_t equals = std::min(one.find('='), one.size());
    parameters.emplace_back(one.substr(0, equals), one.substr(std::min(equals + 1, one.size())));
    query.remove_prefix(std::min(query.size(), one.size() + 1));
  }
  std::ranges::sort(parameters);
  std::string text;
  for (const auto& [name, value] : parameters) {
    if (!text.empty()) text += '&';
    text.append(name).append("=").append(value);
  }
  return text;
}

// Without white space at its ends, and one space for several.
std::string canonical_value(std::string_view value) {
  std::string text;
  for (const char c : http::trim(value)) {
    if (c != ' ' || !text.ends_with(' ')) text += c;
  }
  return text;
}

std::string hex_sha256(std::string_view bytes) { return crypto::to_hex(crypto::sha256(bytes)); }

}  // namespace

Result<void> sign(http::ClientRequest& request, const SigningKey& key, std::string_view payload_sha256,
                  int64_t wall_ms) {
  const auto url = http::parse_url(request.url);
  if (!url) return url.error();
  const std::string time = write_time(wall_ms), date = time.substr(0, date_characters);
  request.headers.add("X-Amz-Date", time);
  request.headers.add("X-Amz-Content-Sha256", std::string(payload_sha256));

  std::map<std::string, std::string> headers{{"host", url->authority}};
  for (const http::Header& header : request.headers) headers[lower_ascii(header.name)] = canonical_value(header.value);
  std::string lines, names;
  for (const auto& [name, value] : headers) {
    lines.append(name).append(":").append(value).append("\n");
    names.append(names.empty() ? "" : ";").append(name);
  }
  const size_t question = std::min(url->target.find('?'), url->target.size());
  const std::string path = url->target.substr(0, question);
  const std::string query =
      canonical_query(std::string_view(url->target).substr(std::min(question + 1, url->target.size())));
  std::string canonical = request.method;
  for (const std::string_view part : {std::string_view(path), std::string_view(query), std::string_view(lines),
                                      std::string_view(names), payload_sha256}) {
    canonical.append("\n").append(part);
  }

  std::string scope = date;
  std::string signing = crypto::hmac_sha256("AWS4" + key.secret, date);
  for (const std::string_view word : {std::string_view(key.region), service, last_word}) {
    scope.append("/").append(word);
    signing = crypto::hmac_sha256(signing, word);
  }
  const std::string to_sign =
      std::string(algorithm).append("\n").append(time).append("\n").append(scope).append("\n") + hex_sha256(canonical);
  const std::string signature = crypto::to_hex(crypto::hmac_sha256(signing, to_sign));
  request.headers.add("Authorization", std::string(algorithm) + " Credential=" + key.id + "/" + scope +
                                           ",SignedHeaders=" + names + ",Signature=" + signature);
  return {};
}

}  // namespace teahouse::s3
