#include "modules/registration/registration_module.h"

#include <algorithm>

#include "account/accounts.h"
#include "account/api_call_limits.h"
#include "base/log.h"
#include "base/random.h"
#include "tenant/registration_question.h"
#include "xml/writer.h"
#include "xmpp/data_form.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr int64_t invited_tries_per_h = 10;
constexpr size_t challenge_characters = 16;

bool is_allowed(const Tenant& tenant) { return tenant.registration_allowed; }

// A tenant that goes without invitations has none to show.
bool has_invites(const Tenant& tenant) {
  return std::find(tenant.modules_off.begin(), tenant.modules_off.end(), "invites") == tenant.modules_off.end();
}

// The tenant's question; an invitation is answer enough.
std::optional<RegistrationQuestion> find_question(const UnauthenticatedIq& iq) {
  const std::string& kept = iq.host->tenant->registration_question;
  if (iq.invite || kept.empty()) return std::nullopt;
  auto question = parse_registration_question(kept);
  if (!question) return std::nullopt;
  return std::move(*question);
}

// The fields as a form, for the question has no place elsewhere (XEP-0158 section 4).
std::string make_form(const RegistrationQuestion& question, const std::string& request_id) {
  DataForm form(DataForm::Type::form, ns::register_iq);
  form.instructions = "Choose a user name and a password, and answer the question.";
  form.add("challenge", "hidden", "", random_token(challenge_characters));
  form.add("sid", "hidden", "", request_id);
  form.add("username", "text-single", "User name").required = true;
  form.add("password", "text-private", "Password").required = true;
  form.add("qa", "text-single", question.question).required = true;
  std::string out;
  xml::Writer writer(out);
  writer.open("query", ns::register_iq);
  writer.leaf("instructions", "This server asks a question, which your program does not show. Use another program.");
  writer.open("username").close().open("password").close();
  form.write(writer);
  writer.close();
  return out;
}

struct Wish {
  std::string username, password, answer;
};

// From the form, where there is one.
Wish read_wish(const xml::Element& query) {
  const auto x = query.child("x", ns::data_forms);
  const auto form = x ? DataForm::read(*x) : Result<DataForm>(Error{ErrorKind::bad_request, ""});
  if (!form || form->type() != DataForm::Type::submit) {
    return {query.child_text("username", ns::register_iq), query.child_text("password", ns::register_iq), {}};
  }
  const auto value = [&form](std::string_view var) {
    const FormField* field = form->find(var);
    return field ? std::string(field->value()) : std::string();
  };
  return {value("username"), value("password"), value("qa")};
}

// `kept`: the name that an invitation keeps.
std::string make_fields(const std::optional<std::string>& registered_as, std::string_view kept = {}) {
  std::string out;
  xml::Writer writer(out);
  writer.open("query", ns::register_iq);
  if (registered_as) {
    writer.open("registered").close().leaf("username", *registered_as);
  } else {
    writer.leaf("instructions", kept.empty() ? "Choose a user name and a password." : "Choose a password.");
    writer.leaf("username", kept);
  }
  writer.open("password").close().close();
  return out;
}

}  // namespace

const ModuleInfo& RegistrationModule::info() const {
  static const ModuleInfo info{
      .name = "registration",
      .summary = "Accounts made, changed and removed in band, where the tenant allows it.",
      .xeps = {{77, "2.4", "In-Band Registration",
                "off unless the tenant switches it on; a form where it asks a question"},
               {158, "1.0.1", "CAPTCHA Forms", "a question (qa), where the tenant asks one"},
               {445, "0.2.0", "Pre-Authenticated In-Band Registration", ""}},
      .host_features = {{ns::register_iq, is_allowed}},
      .stream_features = {{StreamFeature::Time::before_login, "register", ns::register_feature, is_allowed},
                          {StreamFeature::Time::before_login, "register", ns::ibr_token, has_invites}},
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
  if (iq.query.is("preauth", ns::pars) && iq.stanza.type == StanzaType::set && has_invites(*iq.host->tenant)) {
    show_invite(iq);
    return Flow::stop;
  }
  const bool may = is_allowed(*iq.host->tenant) || iq.invite;
  if (!iq.query.is("query", ns::register_iq) || !may) return Flow::go_on;
  answer(iq);
  return Flow::stop;
}

void RegistrationModule::show_invite(const UnauthenticatedIq& iq) {
  const InvitePtr invite =
      context_->accounts().invites().find(iq.host->tenant->id, iq.query.attribute("token").value_or(""));
  if (!invite || !invite->opens_account) {
    return iq.answer(make_error(iq.stanza, {ErrorKind::item_not_found, "The provided token is invalid or expired."}));
  }
  iq.invite = invite;
  iq.answer(Stanza::make_reply(iq.stanza, StanzaType::result, {}));
}

// How often names may be tried is counted by address, and by invitation where there is one.
Result<void> RegistrationModule::may_try(const UnauthenticatedIq& iq, const std::string& username) {
  const Tenant& tenant = *iq.host->tenant;
  if (!iq.invite) {
    const int64_t wait_s = context_->limits().take_account(tenant.id, iq.address, tenant.limits().registrations_per_h);
    if (wait_s == 0) return {};
    return Error{ErrorKind::resource_constraint,
                 "Too many accounts were made from your address. Try again in " + std::to_string(wait_s) + " s."};
  }
  const std::string& kept = iq.invite->localpart;
  const auto jid = BareJid::make(username, tenant.domain());
  if (!kept.empty() && (!jid || jid->localpart() != kept)) {
    return Error{ErrorKind::not_acceptable, "This invitation is for the user name '" + kept + "'."};
  }
  const TokenRate rate = TokenRate::per_hour_of(invited_tries_per_h, invited_tries_per_h);
  const int64_t wait_ms = tries_.take_ms(std::to_string(iq.invite->id), context_->clock().monotonic_ms(), rate);
  if (wait_ms == 0) return {};
  return Error{ErrorKind::resource_constraint, "Too many names were tried with this invitation. Try again later."};
}

void RegistrationModule::answer(const UnauthenticatedIq& iq) {
  const auto question = find_question(iq);
  const auto refuse = [&iq](const std::string& why) {
    iq.answer(make_error(iq.stanza, {ErrorKind::not_acceptable, why}));
  };
  if (iq.stanza.type == StanzaType::get) {
    const std::string kept = iq.invite ? iq.invite->localpart : std::string();
    iq.answer(Stanza::make_reply(iq.stanza, StanzaType::result,
                                 question ? make_form(*question, iq.stanza.id) : make_fields(std::nullopt, kept)));
    return;
  }
  const auto [username, password, answer] = read_wish(iq.query);
  if (username.empty() || password.empty()) return refuse("A user name and a password are needed.");
  if (question && answer.empty()) return refuse("Answer the question of the form: " + question->question);
  if (const auto may = may_try(iq, username); !may) return iq.answer(make_error(iq.stanza, may.error()));
  // A wrong answer costs a turn, as a name that is taken does.
  if (question && !question->is_answered_by(answer)) return refuse("This is no answer to: " + question->question);
  if (iq.invite) {
    spawn(create_invited(*this, iq.host->tenant, iq.invite, username, password, iq.stanza, iq.answer));
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

// Until the account is there the invitation is not used (XEP-0445 section 4).
Task<void> RegistrationModule::create_invited(RegistrationModule& self, TenantPtr tenant, InvitePtr invite,
                                              std::string username, std::string password, Stanza request,
                                              std::function<void(Stanza)> answer) {
  ModuleContext& context = *self.context_;
  Invites& invites = context.accounts().invites();
  if (!invites.take(*invite)) {
    answer(make_error(request, {ErrorKind::item_not_found, "The provided token is invalid or expired."}));
    co_return;
  }
  const auto account =
      co_await context.accounts().create(context.loop(), tenant, username, password, AccountChange(), invite);
  if (!account) {
    invites.give_back(*invite);
    answer(make_error(request, account.error()));
    co_return;
  }
  const BareJid jid = BareJid::make(account->localpart, tenant->domain()).value();
  if (self.on_invited) {
    auto joining = self.on_invited(tenant, invite, jid, account->incarnation);
    co_await joining;
  }
  auto noted = context.note(context.loop(), tenant, "invite:" + std::to_string(invite->id), "account.create",
                            account->localpart);
  co_await noted;
  answer(Stanza::make_reply(request, StanzaType::result, {}));
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
  if (iq.session->certificate() != 0) {  // XEP-0257 section 6.2
    return context_->reply_error(
        iq.stanza, {ErrorKind::not_authorized, "A client that signed in by a certificate can't change the password."});
  }
  const auto username = BareJid::make(iq.query.child_text("username", ns::register_iq), resident.host()->domain);
  const std::string password = iq.query.child_text("password", ns::register_iq);
  if (!username || *username != resident.jid() || password.empty()) {
    context_->reply_error(iq.stanza,
                          {ErrorKind::bad_request, "To change your password, give your user name and a new password."});
    return;
  }
  spawn(change_password(*context_, iq.host->tenant, std::string(resident.jid().localpart()), password,
                        iq.session->jid().str(), iq.stanza));
}

Task<void> RegistrationModule::change_password(ModuleContext& context, TenantPtr tenant, std::string localpart,
                                               std::string password, std::string asking, Stanza request) {
  const auto changed = co_await context.change_password(tenant, localpart, password, asking);
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
