#include "modules/client_access/client_access_module.h"

#include <algorithm>

#include "account/accounts.h"
#include "server/device_sessions.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

void write_text(xml::Writer& writer, std::string_view name, const std::string& text) {
  if (!text.empty()) writer.leaf(name, text);
}

void write_entry(xml::Writer& writer, const DeviceEntry& entry) {
  const Device& device = entry.device;
  writer.open("client").attribute("connected", entry.is_connected ? "true" : "false").attribute("id", device.id);
  writer.attribute("type", "session");
  writer.leaf("first-seen", format_time(device.first_ms)).leaf("last-seen", format_time(device.last_ms));
  writer.open("auth");
  if (entry.is_kept && !device.by_site) writer.open("password").close();
  if (device.token_expires_ms != 0) writer.open("fast").close();
  writer.close();
  writer.open("permission").attribute("status", "unrestricted").close();
  writer.open("user-agent");
  write_text(writer, "software", device.software);
  write_text(writer, "device", device.name);
  writer.close().close();
}

Error only_by_password() {
  return {ErrorKind::service_unavailable,
          "This client signs in by the account's password. Change that, and it can't sign in again."};
}

Error only_by_site() {
  return {ErrorKind::service_unavailable, "This client is signed in by the site that the account is of."};
}

}  // namespace

const ModuleInfo& ClientAccessModule::info() const {
  static const ModuleInfo info{
      .name = "client_access",
      .summary = "Which devices may use an account, for its owner, who may shut one out.",
      .xeps = {{494, "0.1.0", "Client Access Management", "grants; a client's address (uri) is not kept"}},
      .is_optional = true};
  return info;
}

void ClientAccessModule::attach(ModuleContext& context) {
  context_ = &context;
  context.on_iq(IqTarget::own_account, StanzaType::get, "list", ns::cam, [this](const IqRequest& iq) {
    spawn(list(*context_, iq.host->tenant, iq.resident->jid(), iq.stanza));
  });
  context.on_iq(IqTarget::own_account, StanzaType::set, "revoke", ns::cam, [this](const IqRequest& iq) {
    const std::string device(iq.query.attribute("id").value_or(""));
    if (device.empty()) return context_->reply_error(iq.stanza, {ErrorKind::bad_request, "Give the client's id."});
    spawn(revoke(*context_, iq.host->tenant, iq.resident->jid(), iq.session->number(), iq.stanza, device));
  });
}

Task<void> ClientAccessModule::list(ModuleContext& context, TenantPtr tenant, BareJid account, Stanza request) {
  auto kept = co_await context.accounts().devices().list(context.loop(), tenant->id, std::string(account.localpart()),
                                                         tenant->site_device_keep_ms());
  if (!kept) {
    context.reply_error(request, kept.error());
    co_return;
  }
  const Resident* resident = context.find_resident(*tenant, account.str());
  std::string payload;
  xml::Writer writer(payload);
  writer.open("clients", ns::cam);
  for (const DeviceEntry& entry : list_devices(std::move(*kept), resident, context.clock().wall_ms())) {
    write_entry(writer, entry);
  }
  writer.close();
  context.reply(request, std::move(payload));
}

Task<void> ClientAccessModule::revoke(ModuleContext& context, TenantPtr tenant, BareJid account, uint64_t session,
                                      Stanza request, std::string device) {
  Devices& devices = context.accounts().devices();
  const std::string localpart(account.localpart());
  auto kept = co_await devices.list(context.loop(), tenant->id, localpart, tenant->site_device_keep_ms());
  if (!kept) {
    context.reply_error(request, kept.error());
    co_return;
  }
  const Resident* resident = context.find_resident(*tenant, account.str());
  const auto entries = list_devices(std::move(*kept), resident, context.clock().wall_ms());
  const auto entry = std::ranges::find(entries, device, [](const DeviceEntry& each) { return each.device.id; });
  if (entry == entries.end()) {
    context.reply_error(request, {ErrorKind::item_not_found, "This account has no such client."});
    co_return;
  }
  if (entry->device.token_expires_ms == 0) {
    const auto owner = co_await context.accounts().find(context.loop(), tenant, localpart);
    std::string extra;
    if (owner && owner->has_password) xml::Writer(extra).open("password-reset-required", ns::cam).close();
    const Error error = extra.empty() ? only_by_site() : only_by_password();
    context.route(make_error(request, error, ErrorType::cancel, extra));
    co_return;
  }
  const auto removed = co_await devices.remove(context.loop(), tenant->id, localpart, device);
  if (!removed) {
    context.reply_error(request, removed.error());
    co_return;
  }
  // The client may be the one that is shut out: it hears so before its stream ends.
  if (Session* asking = context.find_session(session)) {
    asking->deliver(Stanza::make_reply(request, StanzaType::result, {}));
  }
  context.end_device_sessions(account, device);
}

}  // namespace teahouse
