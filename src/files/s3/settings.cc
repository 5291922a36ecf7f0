#include "files/s3/settings.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "http/url.h"
#include "net/networks.h"

namespace teahouse::s3 {
namespace {

constexpr size_t bucket_bytes_min = 3, bucket_bytes_max = 63, prefix_bytes_max = 200, key_bytes_max = 256;

Error wrong(std::string_view name, std::string_view needs) {
  return {ErrorKind::bad_request, "The setting 'files.s3." + std::string(name) + "' needs " + std::string(needs) + "."};
}

bool is_small(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_plain(char c) { return is_small(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.'; }
bool is_visible(char c) { return c > ' ' && c < 0x7f; }

bool is_bucket(std::string_view name) {
  return name.size() >= bucket_bytes_min && name.size() <= bucket_bytes_max && is_small(name.front()) &&
         is_small(name.back()) && name.find("..") == std::string_view::npos &&
         std::ranges::all_of(name, [](char c) { return is_small(c) || c == '-' || c == '.'; });
}

// Segments that mean themselves wherever a URL is looked at.
bool is_prefix(std::string_view prefix) {
  if (prefix.size() > prefix_bytes_max) return false;
  while (!prefix.empty()) {
    const std::string_view segment = prefix.substr(0, prefix.find('/'));
    if (segment.empty() || segment == "." || segment == ".." || !std::ranges::all_of(segment, is_plain)) return false;
    prefix.remove_prefix(std::min(prefix.size(), segment.size() + 1));
  }
  return true;
}

bool is_this_machine(const std::string& host) {
  static const auto loopback = net::Networks::parse({"127.0.0.0/8", "::1"});
  return host == "localhost" || (loopback && loopback->contains(host));
}

Result<void> check_endpoint(S3Settings& settings) {
  if (settings.endpoint.ends_with('/')) settings.endpoint.pop_back();
  const auto url = http::parse_url(settings.endpoint);
  if (!url || url->target != "/") {
    return wrong("endpoint",
                 "the address of the S3 server, as \"https://s3.eu-central-1.amazonaws.com\", without the "
                 "bucket and without a path");
  }
  if (!url->secure && !settings.allow_http && !is_this_machine(url->host)) {
    return wrong("endpoint", "https, for users' files would go to " + url->host +
                                 " for everybody on the way to read; or set files.s3.allow_http = true, for a network "
                                 "of your own");
  }
  const bool has_dots = settings.bucket.find('.') != std::string::npos;
  if (!settings.path_style && url->secure && has_dots) {
    return wrong("path_style", "true where the bucket's name has dots: no certificate is good for " + settings.bucket +
                                   "." + url->host);
  }
  return {};
}

}  // namespace

Result<S3Settings> check(S3Settings settings) {
  if (!is_bucket(settings.bucket)) {
    return wrong("bucket", "the name of the bucket: 3 to 63 small letters, digits, dashes and dots");
  }
  if (auto checked = check_endpoint(settings); !checked) return checked.error();
  const auto& region = settings.region;
  if (region.empty() || !std::ranges::all_of(region, [](char c) { return is_small(c) || c == '-'; })) {
    return wrong("region", "the bucket's region, as \"eu-central-1\"; a server without regions takes \"us-east-1\"");
  }
  if (settings.prefix.ends_with('/')) settings.prefix.pop_back();
  if (!is_prefix(settings.prefix)) {
    return wrong("prefix",
                 "names of letters, digits, dots, dashes and underlines with slashes between them, as "
                 "\"teahouse/files\"; or nothing");
  }
  if (!settings.prefix.empty()) settings.prefix += '/';
  const auto& id = settings.access_key;
  if (id.empty() || id.size() > key_bytes_max || id.find('/') != std::string::npos ||
      !std::ranges::all_of(id, is_visible)) {
    return wrong("access_key", "the id of the key that may use the bucket, as \"AKIAIOSFODNN7EXAMPLE\"");
  }
  if (settings.secret.empty() || settings.secret.size() > key_bytes_max ||
      !std::ranges::all_of(settings.secret, is_visible)) {
    return wrong("secret_file",
                 "a file with the key's secret in one line; or set TEAHOUSE_S3_SECRET in the server's "
                 "environment");
  }
  return settings;
}

std::string name_place(const S3Settings& settings) {
  return "s3 " + settings.endpoint + "/" + settings.bucket + "/" + settings.prefix;
}

}  // namespace teahouse::s3
