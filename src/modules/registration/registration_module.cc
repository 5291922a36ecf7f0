#include "modules/registration/registration_module.h"

#include "account/accounts.h"
#include "account/api_call_limits.h"
#include "base/log.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

bool is_allowed(const Tenant& tenant) { return tenant.registration_allowed; }

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
  static const ModuleInfo info{
      .name = "registration",
      .summary = "Accounts made, changed and removed in band, where the tenant allows it.",
      .xeps = {{77, "2.4", "In-Band Registration", "off unless the tenant switches it on; no forms"}},
      .host_features = {{ns::register_iq, is_allowed}},
      .stream_features = {{StreamFeature::Time::before_login, "register", ns::register_feature, is_allowed}},
      .options = {OptionInfo::flag("password_change", true, "Whether users change their passwords in band."),
                  OptionInfo::flag("removal", true, "Whether users remove their accounts in band.")},
      .is_optional = true};
  return info;
}

void RegistrationModule::attach(ModuleContext& context) {
  context_ = &context;
  context.on(&Hooks::unauthenticated_iq, [this](const UnauthenticatedIq& iq) { return stranger(iq); });
  for (const IqTarget target : {IqTarget::host, IqTarget::account}) {
    context.on_iq(target, StanzaType::get, "query", ns::register_iq, [this](const IqRequest& iq) { get(iq); });
    context.on_iq(target, StanzaType::set, "query", ns::register_iq, [this](const IqRequest& iq) { set(iq); });
  }
}

Flow RegistrationModule::stranger(const UnauthenticatedIq& iq) {
  if (!iq.query.is("query", ns::register_iq) || !is_allowed(*iq.host->tenant)) return Flow::go_on;
  answer(iq);
  return Flow::stop;
}

void RegistrationModule::answer(const UnauthenticatedIq& iq) {
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
  const int64_t wait_s =
      context_->limits().take_account(iq.host->tenant->id, iq.address, iq.host->tenant->limits().registrations_per_h);
  if (wait_s != 0) {
    iq.answer(make_error(
        iq.stanza, {ErrorKind::resource_constraint,
                    "Too many accounts were made from your address. Try again in " + std::to_string(wait_s) + " s."}));
    return;
  }
  spawn(create(*context_, iq.host->tenant, username, password, iq.stanza, iq.address, iq.answer));
}

Task<void> RegistrationModule::create(ModuleContext& context, TenantPtr tenant, std::string username,
                                      std::string password, Stanza request, std::string address,
                                      std::function<void(Stanza)> answer) {
  const auto account = co_await context.accounts().create(context.loop(), tenant, username, password, {});
  if (account) {
    answer(Stanza::make_reply(request, StanzaType::result, {}));
  } else {
    // A name that is taken costs a turn: else all names could be tried.
    if (account.error().kind != ErrorKind::conflict) {
      context.limits().give_back_account(tenant->id, address, tenant->limits().registrations_per_h);
    }
    answer(make_error(request, account.error()));
  }
}

void RegistrationModule::get(const IqRequest& iq) {
  if (!iq.session || !iq.host->tenant->registration_allowed) {
    context_->reply_error(iq.stanza, {ErrorKind::service_unavailable, ""});
    return;
  }
  context_->reply(iq.stanza, make_fields(std::string(iq.stanza.from->localpart())));
}

void RegistrationModule::set(const IqRequest& iq) {
  if (!iq.session || !iq.host->tenant->registration_allowed || &*iq.host->tenant != &iq.session->resident().tenant()) {
    context_->reply_error(iq.stanza, {ErrorKind::service_unavailable, ""});
    return;
  }
  const Resident& resident = iq.session->resident();
  const bool removes = iq.query.child("remove", ns::register_iq).has_value();
  if (!context_->option<bool>(*resident.host(), removes ? "removal" : "password_change")) {
    return context_->reply_error(
        iq.stanza, {ErrorKind::not_allowed, removes ? "Accounts are removed by this server's owner, not in band."
                                                    : "Passwords are changed by this server's owner, not in band."});
  }
  if (removes) {
    spawn(remove(*context_, resident.host(), resident.jid(), iq.session->number(), iq.stanza));
    return;
  }
  const auto username = BareJid::make(iq.query.child_text("username", ns::register_iq), resident.host()->domain);
  const std::string password = iq.query.child_text("password", ns::register_iq);
  if (!username || *username != resident.jid() || password.empty()) {
    context_->reply_error(iq.stanza,
                          {ErrorKind::bad_request, "To change your password, give your user name and a new password."});
    return;
  }
  spawn(change_password(*context_, iq.host->tenant, std::string(resident.jid().localpart()), password, iq.stanza));
}

Task<void> RegistrationModule::change_password(ModuleContext& context, TenantPtr tenant, std::string localpart,
                                               std::string password, Stanza request) {
  const auto changed = co_await context.accounts().set_password(context.loop(), tenant, localpart, password);
  if (changed) {
    context.reply(request, {});
  } else {
    context.reply_error(request, changed.error());
  }
}

Task<void> RegistrationModule::remove(ModuleContext& context, HostPtr host, BareJid account, uint64_t session,
                                      Stanza request) {
  const auto removal =
      co_await context.accounts().remove(context.loop(), host->tenant, std::string(account.localpart()));
  if (!removal) {
    context.reply_error(request, removal.error());
    co_return;
  }
  if (Session* asking = context.find_session(session)) {
    asking->deliver(Stanza::make_reply(request, StanzaType::result, {}));
  }
  const auto finished = co_await context.finish_account_removal(host->tenant, *removal);
  if (!finished) log::warning("registration", finished.error().text);
}

}  // namespace teahouse
