#include "http/static_files.h"

#include <algorithm>

#include "http/etag.h"
#include "http/problem.h"
#include "http/range.h"

namespace teahouse::http {

namespace {

// Does Accept-Encoding take gzip? "gzip;q=0" does not.
bool takes_gzip(const Headers& headers) {
  std::string_view rest = headers.value("Accept-Encoding");
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view coding = trim(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    const size_t semicolon = std::min(coding.find(';'), coding.size());
    if (!equal_ignoring_case(trim(coding.substr(0, semicolon)), "gzip")) continue;
    const std::string_view weight = trim(coding.substr(std::min(semicolon + 1, coding.size())));
    return !(weight.starts_with("q=0") && weight.find_first_of("123456789") == std::string_view::npos);
  }
  return false;
}

}  // namespace

StaticFiles::StaticFiles(std::span<const Asset> assets) {
  for (const Asset& asset : assets) assets_.emplace(asset.path, &asset);
}

const Asset* StaticFiles::find(std::string_view path) const {
  auto found = assets_.find(path);
  if (found == assets_.end() && path.ends_with('/')) found = assets_.find(std::string(path) + "index.html");
  return found == assets_.end() ? nullptr : found->second;
}

Response StaticFiles::respond(const Request& request, std::string_view path) const {
  const Asset* asset = find(path);
  if (!asset) return make_problem(request, Error{ErrorKind::item_not_found, "There is no such file."});
  const bool gzip = !asset->gzip_bytes.empty() && takes_gzip(request.headers);
  const std::string etag = '"' + std::string(asset->etag) + (gzip ? "-gzip\"" : "\"");
  Response response;
  response.headers.add("ETag", etag);
  response.headers.add("Cache-Control", asset->immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (!asset->gzip_bytes.empty()) response.headers.add("Vary", "Accept-Encoding");
  if (matches_etag(request.headers.value("If-None-Match"), etag)) {
    response.status = 304;
    return response;
  }
  response.content_type = asset->content_type;
  response.headers.add("X-Content-Type-Options", "nosniff");
  if (gzip) response.headers.add("Content-Encoding", "gzip");
  response.body =
      SharedBytes().slice(gzip ? asset->gzip_bytes : asset->bytes);  // the program's own bytes need no owner
  answer_range(request, response);
  return response;
}

}  // namespace teahouse::http
