// Files of a tenant, as its own server sends, lists and removes them.
#include "files/files.h"

#include "api/handlers.h"
#include "api/json.h"
#include "api/names.h"
#include "base/text.h"
#include "files/file_name.h"
#include "files/receive.h"

namespace teahouse::api {
namespace {

// Nobody can get a file of a tenant that has no host for them.
Result<std::string> find_upload_host(const ApiContext& api, const Tenant& tenant) {
  const HostPtr host = api.home.hosts().find(tenant.domain_of(HostKind::upload));
  if (host && host->tenant->id == tenant.id && api.home.hooks().find_service(*host)) return host->domain;
  return Error{ErrorKind::not_allowed,
               "This server has no files: its operator can give it a host of the kind "
               "'upload', or switch the module of this name on."};
}

JsonObject describe_file(const ApiContext& api, const Tenant& tenant, const FileInfo& file) {
  JsonObject object = {{"id", file.id},       {"name", file.name},     {"type", file.type},
                       {"bytes", file.bytes}, {"sha256", file.digest}, {"created", format_time(file.created_ms)}};
  if (const auto host = find_upload_host(api, tenant)) {
    object["url"] = api.shared().files->url_of(*host, file.id, file.name);
  }
  const auto owner = BareJid::parse(file.owner);
  object["from"] = owner ? party_of(tenant, *owner) : "site";
  return object;
}

Result<int64_t> read_length(const http::Request& request) {
  const auto bytes = parse_decimal<int64_t>(request.headers.value("Content-Length"));
  if (bytes && *bytes > 0) return *bytes;
  return Error{ErrorKind::bad_request,
               "The body is the file itself, and its length stands in the header Content-Length: send it so, and not "
               "empty or in chunks (curl: --data-binary @FILE)."};
}

}  // namespace

Task<Outcome> list_files(ApiContext& api, ApiCall call) {
  const auto page = read_page(call.query);
  if (!page) co_return page.error();
  const auto found = co_await api.shared().files->list(api.loop(), call.tenant->id, page->cursor, page->rows);
  if (!found) co_return found.error();
  JsonArray rows;
  for (const FileInfo& file : found->files) rows.push_back(describe_file(api, *call.tenant, file));
  co_return make_page("files", std::move(rows), found->next_cursor);
}

Task<Outcome> create_file(ApiContext& api, ApiCall call) {
  const auto name = parse_file_name(call.query.value("name"));
  if (!name) co_return Error{ErrorKind::bad_request, "The parameter 'name': " + name.error().text};
  const auto bytes = read_length(call.request);
  if (!bytes) co_return bytes.error();
  if (const auto host = find_upload_host(api, *call.tenant); !host) co_return host.error();
  if (const auto may = api.shared().files->check_size(*call.tenant, *bytes); !may) {
    co_return Refusal{413, "content-too-large", may.error().text};
  }
  FileInfo file;
  file.created_ms = api.home.clock().wall_ms();
  file.id = make_file_id(file.created_ms);
  file.name = *name;
  file.bytes = *bytes;
  const auto kept =
      co_await receive_file(*api.shared().files, api.loop(), call.tenant, std::move(file), *call.responder);
  if (!kept) co_return kept.error();
  const JsonObject shown = describe_file(api, *call.tenant, *kept);
  const auto* url = shown.if_contains("url");
  co_return make_answer(201, shown, url ? std::string(std::string_view(url->get_string())) : kept->id);
}

Task<Outcome> get_file(ApiContext& api, ApiCall call) {
  const auto file = co_await api.shared().files->find(api.loop(), call.tenant->id, call.path("id"));
  if (!file) co_return file.error();
  co_return make_answer(200, describe_file(api, *call.tenant, *file));
}

Task<Outcome> remove_file(ApiContext& api, ApiCall call) {
  const auto removed = co_await api.shared().files->remove(api.loop(), call.tenant, call.path("id"));
  if (!removed) co_return removed.error();
  co_await record(api, call.tenant->id, call.by.name(), "file.remove", call.path("id"));
  co_return make_no_content();
}

}  // namespace teahouse::api
