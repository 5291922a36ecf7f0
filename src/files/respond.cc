#include "files/respond.h"

#include "files/file_name.h"
#include "files/media_type.h"
#include "http/etag.h"
#include "http/problem.h"
#include "http/range.h"

namespace teahouse {
namespace {

// A page that is shown such a file as its own is another origin's, without scripts, forms or frames; a browser takes
// the type as it is said; and pages of all sites may show it, as everybody who knows the address may have it.
void add_headers(http::Headers& headers, const FileInfo& file) {
  headers.add("Content-Disposition", make_disposition(is_shown_type(file.type), file.name));
  headers.add("X-Content-Type-Options", "nosniff");
  headers.add("Content-Security-Policy",
              "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox");
  headers.add("Cross-Origin-Resource-Policy", "cross-origin");
  headers.add("Referrer-Policy", "no-referrer");
  headers.add("Cache-Control", "private, max-age=86400, immutable");
}

}  // namespace

Task<http::Response> respond_file(Files& files, Executor& home, TenantId tenant, FileInfo file, http::Request request) {
  const std::string etag = '"' + file.digest + '"';
  http::Response response;
  response.headers.add("ETag", etag);
  if (http::matches_etag(request.headers.value("If-None-Match"), etag)) {
    response.status = 304;
    co_return response;
  }
  auto source = co_await files.objects().open(home, tenant, file.digest);
  if (!source) co_return http::make_problem(request, source.error());
  response.content_type = file.type;
  response.source = std::move(*source);
  add_headers(response.headers, file);
  http::answer_range(request, response);
  co_return response;
}

}  // namespace teahouse
