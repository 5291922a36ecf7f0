#include "modules/upload/file_routes.h"

#include <limits>

#include "account/accounts.h"
#include "base/text.h"
#include "files/files.h"
#include "files/receive.h"
#include "files/respond.h"
#include "http/problem.h"

namespace teahouse {
namespace {

using http::Request;
using http::Responder;
using http::Response;

constexpr char path[] = "/{id}/{name}";
constexpr char files_below[] = "/upload";

// A request without cookies may be answered to the pages of all sites.
void allow_all(Response& response) {
  response.headers.add("Access-Control-Allow-Origin", "*");
  response.headers.add("Access-Control-Expose-Headers", "Content-Disposition, Content-Range, ETag, Request-Id");
}

Response make_preflight_answer() {
  Response response = http::make_empty(204);
  response.headers.add("Allow", "GET, HEAD, PUT, OPTIONS");
  response.headers.add("Access-Control-Allow-Origin", "*");
  response.headers.add("Access-Control-Allow-Methods", "GET, HEAD, PUT, OPTIONS");
  response.headers.add("Access-Control-Allow-Headers", "Authorization, *");
  response.headers.add("Access-Control-Max-Age", "86400");
  return response;
}

Error refuse_suspended(const Tenant& tenant) {
  return {ErrorKind::forbidden, "The chat of " + tenant.domain() + " is suspended."};
}

// The type alone, without parameters, in small letters.
std::string read_type(std::string_view value) { return lower_ascii(http::trim(value.substr(0, value.find(';')))); }

Result<Slot> read_slot(Files& files, const Tenant& tenant, const Request& request) {
  std::string_view token = request.headers.value("Authorization");
  constexpr std::string_view scheme = "Bearer ";
  if (token.starts_with(scheme)) token.remove_prefix(scheme.size());
  auto slot = files.slots().read(http::trim(token), tenant.id, request.capture("id"));
  if (slot && slot->name != request.capture("name")) {
    return {ErrorKind::not_authorized, "This slot is of a file with another name."};
  }
  return slot;
}

// The head of a PUT against what the slot says; none: it is as agreed.
std::optional<Response> check_head(const Request& request, const Slot& slot) {
  const std::string* length = request.headers.find("Content-Length");
  if (!length) return http::make_problem(request, 411, "Say the file's length in the header Content-Length.");
  const auto bytes = parse_decimal<int64_t>(*length);
  if (!bytes || *bytes != slot.bytes) {
    const bool is_more = !bytes || *bytes > slot.bytes;
    return http::make_problem(request, is_more ? 413 : 400,
                              "This slot is of a file of " + std::to_string(slot.bytes) + " bytes, and no other.");
  }
  const std::string* type = request.headers.find("Content-Type");
  if (type && !slot.type.empty() && read_type(*type) != read_type(slot.type)) {
    return http::make_problem(request, 415, "This slot is of a file of another content type.");
  }
  return std::nullopt;
}

// The account may have been removed since it got the slot. Asked before and after the file is kept: a removal that
// begins later than that finds the file.
Task<Result<void>> check_account(ModuleContext& context, TenantPtr tenant, Slot slot) {
  const auto account = co_await context.accounts().find(context.loop(), tenant, slot.localpart);
  const bool is_other = account && slot.incarnation != 0 && account->incarnation != slot.incarnation;
  if (is_other || (!account && account.error().kind == ErrorKind::item_not_found)) {
    co_return Error{ErrorKind::gone, "The account that asked for this slot was removed."};
  }
  co_return account ? Result<void>() : Result<void>(account.error());
}

Task<Result<FileInfo>> receive(ModuleContext& context, HostPtr host, Slot slot, Responder& responder) {
  const TenantPtr tenant = host->tenant;
  auto may = co_await check_account(context, tenant, slot);
  if (!may) co_return may.error();
  FileInfo file;
  file.id = slot.id;
  file.owner = BareJid::make(slot.localpart, tenant->domain()).value().str();
  file.name = slot.name;
  file.bytes = slot.bytes;
  file.created_ms = context.clock().wall_ms();
  Files& files = context.files();
  auto received = co_await receive_file(files, context.loop(), tenant, std::move(file), responder);
  if (!received) co_return received;
  may = co_await check_account(context, tenant, slot);
  if (may) co_return received;
  auto removed = co_await files.remove(context.loop(), tenant, slot.id);
  co_return may.error();
}

Task<void> put(ModuleContext& context, HostPtr host, Request request, Responder responder) {
  Files& files = context.files();
  const auto slot = read_slot(files, *host->tenant, request);
  std::optional<Response> response;
  if (host->tenant->suspended) {
    response = http::make_problem(request, refuse_suspended(*host->tenant));
  } else if (!slot) {
    response = http::make_problem(request, slot.error());
  } else if (response = check_head(request, *slot); !response) {
    auto used = files.slots().use(*slot);
    Result<FileInfo> received = used ? Result<FileInfo>(FileInfo()) : used.error();
    if (used) received = co_await receive(context, host, *slot, responder);
    const bool is_away = used && !received && received.error().kind == ErrorKind::service_unavailable;
    if (is_away) files.slots().give_back(*slot);
    response = received ? http::make_empty(201) : http::make_problem(request, received.error());
  }
  allow_all(*response);
  responder.send(std::move(*response));
}

Task<void> get_file(ModuleContext& context, HostPtr host, Request request, Responder responder) {
  Response response;
  const auto file = co_await context.files().find(context.loop(), host->tenant->id, request.capture("id"));
  if (host->tenant->suspended) {
    response = http::make_problem(request, refuse_suspended(*host->tenant));
  } else if (!file) {
    response = http::make_problem(request, file.error());
  } else if (file->name != request.capture("name")) {
    response = http::make_problem(request, {ErrorKind::item_not_found, "There is no such file."});
  } else {
    auto responding = respond_file(context.files(), context.loop(), host->tenant->id, *file, request);
    response = co_await responding;
  }
  allow_all(response);
  responder.send(std::move(response));
}

}  // namespace

void add_file_routes(ModuleContext& context) {
  const http::BodyRule streamed{std::numeric_limits<uint64_t>::max(), true};  // the slot knows how long it is
  context.on_http({HostKind::upload, "PUT", path,
                   [&context](const HostPtr& host, Request request, Responder responder) {
                     spawn(put(context, host, std::move(request), std::move(responder)));
                   },
                   streamed, files_below});
  context.on_http({HostKind::upload,
                   "GET",
                   path,
                   [&context](const HostPtr& host, Request request, Responder responder) {
                     spawn(get_file(context, host, std::move(request), std::move(responder)));
                   },
                   {},
                   files_below});
  context.on_http({HostKind::upload,
                   "OPTIONS",
                   path,
                   [](const HostPtr&, const Request&, Responder responder) { responder.send(make_preflight_answer()); },
                   {},
                   files_below});
}

}  // namespace teahouse
