#include "modules/registration/registration_module.h"

#include "base/log.h"
#include "server/account_removal.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

std::string make_fields(const std::optional<std::string>& registered_as) {
  std::string out;
  xml::Writer writer(out);
  writer.open("query", ns::register_iq);
  if (registered_as) {
    writer.open("registered").close().leaf("username", *registered_as);
  } else {
    writer.leaf("instructions", "Choose a user name and a password.").open("username").close();
  }
  writer.open("password").close().close();
  return out;
}

}  // namespace

const ModuleInfo& RegistrationModule::info() const {
  static const ModuleInfo info{"registration",
                               "Accounts made, changed and removed in band, where the tenant allows it.",
                               {{77, "2.4", "In-Band Registration", "off unless the tenant switches it on; no forms"}},
                               {},
                               {}};
  return info;
}

void RegistrationModule::attach(Home& home) {
  home_ = &home;
  home.hooks().stranger_iq = [this](const StrangerIq& iq) { stranger(iq); };
  for (const IqTarget target : {IqTarget::host, IqTarget::account}) {
    home.hooks().on_iq(target, StanzaType::get, "query", ns::register_iq, [this](const IqRequest& iq) { get(iq); });
    home.hooks().on_iq(target, StanzaType::set, "query", ns::register_iq, [this](const IqRequest& iq) { set(iq); });
  }
}

void RegistrationModule::stranger(const StrangerIq& iq) {
  if (iq.stanza.type == StanzaType::get) {
    iq.answer(Stanza::make_reply(iq.stanza, StanzaType::result, make_fields(std::nullopt)));
    return;
  }
  const std::string username = iq.query.child_text("username", ns::register_iq);
  const std::string password = iq.query.child_text("password", ns::register_iq);
  if (username.empty() || password.empty()) {
    iq.answer(make_error(iq.stanza, {ErrorKind::not_acceptable, "A user name and a password are needed."}));
    return;
  }
  const int64_t wait_s = home_->house().limits.take_account(iq.host->tenant->id, iq.address,
                                                            iq.host->tenant->limits().registrations_per_h);
  if (wait_s != 0) {
    iq.answer(make_error(
        iq.stanza, {ErrorKind::resource_constraint,
                    "Too many accounts were made from your address. Try again in " + std::to_string(wait_s) + " s."}));
    return;
  }
  spawn(create(*home_, iq.host->tenant, username, password, iq.stanza, iq.address, iq.answer));
}

Task<void> RegistrationModule::create(Home& home, TenantPtr tenant, std::string username, std::string password,
                                      Stanza request, std::string address, std::function<void(Stanza)> answer) {
  const auto account = co_await home.house().accounts.create(home.loop(), tenant, username, password, {});
  if (account) {
    answer(Stanza::make_reply(request, StanzaType::result, {}));
  } else {
    // A name that is taken costs a turn: else all names could be tried.
    if (account.error().kind != ErrorKind::conflict) {
      home.house().limits.give_back_account(tenant->id, address, tenant->limits().registrations_per_h);
    }
    answer(make_error(request, account.error()));
  }
}

void RegistrationModule::get(const IqRequest& iq) {
  if (!iq.session || !iq.host->tenant->registration_allowed) {
    home_->reply_error(iq.stanza, {ErrorKind::service_unavailable, ""});
    return;
  }
  home_->reply(iq.stanza, make_fields(std::string(iq.stanza.from->localpart())));
}

void RegistrationModule::set(const IqRequest& iq) {
  if (!iq.session || !iq.host->tenant->registration_allowed || &*iq.host->tenant != &iq.session->resident().tenant()) {
    home_->reply_error(iq.stanza, {ErrorKind::service_unavailable, ""});
    return;
  }
  const Resident& resident = iq.session->resident();
  if (iq.query.child("remove", ns::register_iq)) {
    spawn(remove(*home_, resident.host(), resident.jid(), iq.session->number(), iq.stanza));
    return;
  }
  const auto username = BareJid::make(iq.query.child_text("username", ns::register_iq), resident.host()->domain);
  const std::string password = iq.query.child_text("password", ns::register_iq);
  if (!username || *username != resident.jid() || password.empty()) {
    home_->reply_error(iq.stanza,
                       {ErrorKind::bad_request, "To change your password, give your user name and a new password."});
    return;
  }
  spawn(change_password(*home_, iq.host->tenant, std::string(resident.jid().localpart()), password, iq.stanza));
}

Task<void> RegistrationModule::change_password(Home& home, TenantPtr tenant, std::string localpart,
                                               std::string password, Stanza request) {
  const auto changed = co_await home.house().accounts.set_password(home.loop(), tenant, localpart, password);
  if (changed) {
    home.reply(request, {});
  } else {
    home.reply_error(request, changed.error());
  }
}

Task<void> RegistrationModule::remove(Home& home, HostPtr host, BareJid account, uint64_t session, Stanza request) {
  const auto removal =
      co_await home.house().accounts.remove(home.loop(), host->tenant, std::string(account.localpart()));
  if (!removal) {
    home.reply_error(request, removal.error());
    co_return;
  }
  if (Session* asking = home.find_session(session)) {
    asking->deliver(Stanza::make_reply(request, StanzaType::result, {}));
  }
  const auto finished = co_await finish_account_removal(home.house(), home.loop(), host->tenant, *removal);
  if (!finished) log::warning("registration", finished.error().text);
}

}  // namespace teahouse
