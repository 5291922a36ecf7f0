#include "modules/vcard/vcard_module.h"

#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr char vcard_entry[] = "vcard";

Task<void> answer(const ModuleContext& context, store::MapStore vcards, std::string account, Stanza request,
                  bool is_own) {
  auto row = co_await vcards.load_entry(context.loop(), account, vcard_entry);
  if (!row) {
    context.reply_error(request, row.error());
  } else if (*row) {
    context.reply(request, std::move(**row));
  } else if (is_own) {
    context.reply_error(request, {ErrorKind::item_not_found, "You have no vCard yet."});
  } else {
    context.reply_error(request, {ErrorKind::service_unavailable, ""});
  }
}

}  // namespace

const ModuleInfo& VcardModule::info() const {
  static const ModuleInfo info{.name = "vcard",
                               .summary = "What a user tells the world of themselves: name, picture, addresses.",
                               .xeps = {{54, "1.3.0", "vcard-temp", "hosts have none"}},
                               .host_features = {ns::vcard_temp},
                               .account_features = {ns::vcard_temp},
                               .is_optional = true};
  return info;
}

void VcardModule::attach(ModuleContext& context) {
  context_ = &context;
  context.on_iq(IqTarget::account, StanzaType::get, "vCard", ns::vcard_temp, [this](const IqRequest& iq) { get(iq); });
  context.on_own_iq(StanzaType::set, "vCard", ns::vcard_temp, [this](const IqRequest& iq) { set(iq); });
  context.on(&Hooks::account_removed, [this](const HostPtr& host, const BareJid& jid, const RemovalPtr&) {
    store_of(*host->tenant).remove_all(jid.str());
  });
}

void VcardModule::get(const IqRequest& request) const {
  if (server && server(request)) return;
  const Resident& resident = *request.resident;
  spawn(answer(*context_, store_of(resident.tenant()), resident.jid().str(), request.stanza, request.is_own_account()));
}

Task<Result<std::optional<std::string>>> VcardModule::load(HostPtr host, BareJid account) const {
  auto row = co_await store_of(*host->tenant).load_entry(context_->loop(), account.str(), vcard_entry);
  co_return row;
}

Lsn VcardModule::store(const Tenant& tenant, const BareJid& account, std::string_view vcard) const {
  return store_of(tenant).store(account.str(), vcard_entry, vcard);
}

void VcardModule::set(const IqRequest& request) const {
  if (server && server(request)) return;
  if (const auto may = context_->disk().check_addition(); !may) {
    return context_->reply_error(request.stanza, may.error());
  }
  const Resident& resident = *request.resident;
  std::string vcard;
  xml::write(vcard, request.query, ns::client);
  const Lsn lsn = store(resident.tenant(), resident.jid(), vcard);
  await(request.ticket, lsn);
  context_->reply_when(lsn, request);
}

}  // namespace teahouse
