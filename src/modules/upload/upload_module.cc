#include "modules/upload/upload_module.h"

#include "base/log.h"
#include "base/text.h"
#include "files/file_name.h"
#include "files/files.h"
#include "modules/upload/file_routes.h"
#include "xml/writer.h"
#include "xmpp/data_form.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr size_t type_bytes_max = 127, retracted_files_max = 20;

std::string make_too_large(int64_t bytes_max) {
  std::string condition;
  xml::Writer writer(condition);
  writer.open("file-too-large", ns::upload).leaf("max-file-size", std::to_string(bytes_max)).close();
  return condition;
}

std::string make_slot_answer(const std::string& url, const std::string& token) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("slot", ns::upload).open("put").attribute("url", url);
  writer.open("header").attribute("name", "Authorization").text("Bearer " + token).close().close();
  writer.open("get").attribute("url", url).close().close();
  return payload;
}

// The ids of files in the addresses that a message names, wherever in it they stand.
std::vector<std::string> find_file_ids(std::string_view payload) {
  std::vector<std::string> ids;
  while (ids.size() < retracted_files_max) {
    const size_t end = payload.find('/');
    const std::string_view part = payload.substr(0, end);
    if (is_file_id(part)) ids.emplace_back(part);
    if (end == payload.npos) break;
    payload.remove_prefix(end + 1);
  }
  return ids;
}

}  // namespace

const ModuleInfo& UploadModule::info() const {
  static const ModuleInfo info{
      .name = "upload",
      .summary = "Files that users send by HTTP, on a host of their own for each tenant.",
      .xeps = {{363, "1.2.0", "HTTP File Upload", "no purposes: files are kept for as long as the plan says"}},
      .is_optional = true};
  return info;
}

void UploadModule::attach(ModuleContext& context) {
  context_ = &context;
  context.on_service(HostKind::upload, [this](const HostPtr& host, Stanza stanza, const TicketPtr&) {
    if (stanza.from && stanza.to) handle(host, stanza);
  });
  context.on(&Hooks::account_removed, [&context](const HostPtr& host, const BareJid& jid, const RemovalPtr& removal) {
    spawn(remove_files(context, host->tenant, jid, removal));
  });
  context.on(&Hooks::message_retracted, [this](const RetractedMessage& message) { forget_retracted(message); });
  add_file_routes(context);
}

// A moderator's word holds for the files of the room's own tenant.
void UploadModule::forget_retracted(const RetractedMessage& message) {
  auto ids = find_file_ids(message.said.payload());
  if (ids.empty()) return;
  TenantPtr tenant;
  context_->for_each_tenant([&](const TenantPtr& each) {
    if (each->domain() == message.author.domainpart()) tenant = each;
  });
  if (!tenant || (!message.by_author && tenant->id != message.host->tenant->id)) return;
  spawn(remove_own(*context_, tenant, message.author, std::move(ids)));
}

Task<void> UploadModule::remove_own(ModuleContext& context, TenantPtr tenant, BareJid author,
                                    std::vector<std::string> ids) {
  for (const std::string& id : ids) {
    const auto file = co_await context.files().find(context.loop(), tenant->id, id);
    if (!file || file->owner != author.str()) continue;
    const auto removed = co_await context.files().remove(context.loop(), tenant, id);
    if (!removed && removed.error().kind != ErrorKind::item_not_found) log::warning("upload", removed.error().text);
  }
}

Task<void> UploadModule::remove_files(ModuleContext& context, TenantPtr tenant, BareJid account, RemovalPtr removal) {
  const auto removed = co_await context.files().remove_of(context.loop(), tenant, account.str());
  if (!removed) removal->fail();
}

void UploadModule::handle(const HostPtr& host, const Stanza& stanza) {
  if (stanza.kind == StanzaKind::presence) return;
  const auto query = stanza.first_child();
  const bool is_to_host = !stanza.to->has_localpart() && stanza.to->is_bare();
  if (stanza.kind == StanzaKind::iq && stanza.type == StanzaType::get && query && is_to_host) {
    if (query->is("request", ns::upload)) return answer_slot(*host, stanza, *query);
    if (query->is("query", ns::disco_info) && !query->attribute("node")) return answer_info(*host, stanza);
    if (query->is("query", ns::disco_items) && !query->attribute("node")) {
      std::string payload;
      xml::Writer(payload).open("query", ns::disco_items).close();
      return context_->reply(stanza, std::move(payload));
    }
    if (query->is("ping", ns::ping)) return context_->reply(stanza, {});
  }
  if (!takes_no_error(stanza)) context_->reply_error(stanza, {ErrorKind::service_unavailable, ""});
}

void UploadModule::answer_info(const Host& host, const Stanza& request) const {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("query", ns::disco_info);
  writer.open("identity").attribute("category", "store").attribute("type", "file").attribute("name", "Files").close();
  for (const char* feature : {ns::disco_info, ns::disco_items, ns::upload, ns::ping}) {
    writer.open("feature").attribute("var", feature).close();
  }
  const int64_t bytes_max = host.tenant->limits().file_bytes;
  if (bytes_max >= 0) {
    DataForm form(DataForm::Type::result, ns::upload);
    form.add("max-file-size", "text-single", {}, std::to_string(bytes_max));
    form.write(writer);
  }
  writer.close();
  context_->reply(request, std::move(payload));
}

void UploadModule::answer_slot(const Host& host, const Stanza& stanza, const xml::Element& request) {
  const Tenant& tenant = *host.tenant;
  Files& files = context_->files();
  if (!stanza.from->has_localpart() || stanza.from->domainpart() != tenant.domain()) {
    return context_->reply_error(
        stanza, {ErrorKind::forbidden, "Files are taken here from the users of " + tenant.domain() + " alone."});
  }
  const auto name = parse_file_name(request.attribute("filename").value_or(""));
  if (!name) return context_->reply_error(stanza, name.error());
  const auto bytes = parse_decimal<int64_t>(request.attribute("size").value_or(""));
  if (!bytes || *bytes <= 0) {
    return context_->reply_error(stanza, {ErrorKind::bad_request, "The size must be the file's, in bytes: a number."});
  }
  const std::string type(request.attribute("content-type").value_or(""));
  if (type.size() > type_bytes_max) {
    return context_->reply_error(stanza, {ErrorKind::not_acceptable, "The content type is longer than 127 bytes."});
  }
  if (const auto may = files.check_size(tenant, *bytes); !may) {
    return context_->route(make_error(stanza, may.error(), make_too_large(tenant.limits().file_bytes)));
  }
  for (const auto& may : {files.check_room(tenant, *bytes), context_->disk().check_addition()}) {
    if (!may) return context_->reply_error(stanza, may.error());
  }
  const int64_t now_ms = context_->clock().monotonic_ms();
  const int64_t wait_ms =
      slots_.take_ms(stanza.from->bare_view(), now_ms, TokenRate::per_minute(slots_per_min, slots_per_min));
  if (wait_ms > 0) return refuse_for_now(stanza, wait_ms);
  const Slot slot{tenant.id,
                  make_file_id(context_->clock().wall_ms()),
                  std::string(stanza.from->localpart()),
                  stanza.incarnation,
                  *name,
                  *bytes,
                  type,
                  files.slots().next_expiry_ms()};
  context_->reply(stanza, make_slot_answer(files.url_of(host.domain, slot.id, slot.name), files.slots().sign(slot)));
}

// Section 6: when it may ask again.
void UploadModule::refuse_for_now(const Stanza& stanza, int64_t wait_ms) const {
  std::string retry;
  xml::Writer(retry)
      .open("retry", ns::upload)
      .attribute("stamp", format_time(context_->clock().wall_ms() + wait_ms))
      .close();
  const Error error{ErrorKind::resource_constraint,
                    "That were " + std::to_string(slots_per_min) + " files in a minute. Wait a moment."};
  context_->route(make_error(stanza, error, retry));
}

}  // namespace teahouse
