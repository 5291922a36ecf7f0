#include "modules/invites/invites_module.h"

#include "account/accounts.h"
#include "account/invite_uri.h"
#include "account/user_id.h"
#include "base/log.h"
#include "modules/invites/invite_page.h"
#include "xmpp/date_time.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

// To the home of an account that gets a contact.
struct MakeContact {
  BareJid account;
  int64_t incarnation;
  BareJid contact;
  TicketPtr ticket;
  void arrive(Module* at, const HostPtr& host) const {
    if (at && host) static_cast<InvitesModule*>(at)->make_contact(account, incarnation, contact, ticket);
  }
};

DataForm ask_for_name() {
  DataForm form(DataForm::Type::form);
  form.title = "Invite somebody to make an account";
  form.instructions = "Without a user name they choose their own.";
  form.add("username", "text-single", "User name");
  form.add("roster-subscription", "boolean", "Make them a contact of yours", false);
  return form;
}

Task<void> use_up(Invites& invites, net::Loop& loop, InvitePtr invite) {
  const auto used = co_await invites.use_up(loop, invite);
  if (!used) log::warning("invites", "An invitation that was used is still stored", {{"why", used.error().text}});
}

}  // namespace

const ModuleInfo& InvitesModule::info() const {
  static const ModuleInfo info{
      .name = "invites",
      .summary = "Invitations to make an account, or to become a contact, with a page for those who have no client.",
      .xeps = {{379, "0.3.3", "Pre-Authenticated Roster Subscription", ""},
               {401, "0.6.0", "Ad-hoc Account Invitation Generation", ""}},
      .options = {OptionInfo::flag("users", true, "Whether all users may invite others to be their contacts."),
                  OptionInfo::flag("accounts", false, "Whether those whom users invite may make an account here."),
                  OptionInfo::duration("lasts", Invites::lasts_s, Invites::lasts_s_min, Invites::lasts_s_max,
                                       "How long an invitation that is made by a command can be used.")},
      .needs = {"commands", "registration", "roster"},
      .is_optional = true};
  return info;
}

void InvitesModule::attach(ModuleContext& context) {
  context_ = &context;
  commands_ = &context.need<CommandsModule>("commands");
  registration_ = &context.need<RegistrationModule>("registration");
  roster_ = &context.need<RosterModule>("roster");
  commands_->add(*this, {ns::invite, "Invite a contact",
                         [&context](const Host& host, const BareJid& asker) {
                           return context.is_at(host) && asker.has_localpart() && asker.domainpart() == host.domain &&
                                  context.option<bool>(host, "users");
                         },
                         [this](CommandStep step) { return invite(*this, std::move(step)); }});
  commands_->add(*this, {ns::create_account, "Invite somebody to make an account",
                         [&context](const Host& host, const BareJid& asker) {
                           return context.is_at(host) && host.tenant->has_admin(asker.str());
                         },
                         [this](CommandStep step) { return create_account(*this, std::move(step)); }});
  registration_->on_invited = [this](TenantPtr tenant, InvitePtr invite, BareJid account, int64_t incarnation) {
    return join(*this, std::move(tenant), std::move(invite), std::move(account), incarnation);
  };
  context.on_inbound(InboundPhase::guard, StanzaKind::presence, [this](Inbound& inbound) { return guard(inbound); });
  add_invite_page(context);
}

void InvitesModule::detach() {
  commands_->remove_of(*this);
  registration_->on_invited = nullptr;
}

Task<Result<CommandAnswer>> InvitesModule::make(InvitesModule& self, CommandStep step, Invite wanted,
                                                bool is_by_admin) {
  ModuleContext& context = *self.context_;
  const TenantPtr tenant = step.host->tenant;
  const auto account = co_await context.accounts().find(context.loop(), tenant, std::string(step.asker.localpart()));
  if (!account) co_return account.error();
  if (account->expires_ms != 0) co_return Error{ErrorKind::forbidden, "Guests do not invite others."};
  wanted.tenant = tenant->id;
  wanted.inviter = account->localpart;
  wanted.incarnation = account->incarnation;
  const auto lasts_s = context.option<int64_t>(*step.host, "lasts");
  const auto made = co_await context.accounts().invites().make(context.loop(), std::move(wanted), lasts_s, is_by_admin);
  if (!made) co_return made.error();
  if (is_by_admin) {
    co_await context.note(context.loop(), tenant, "user:" + user_id_at(*tenant, step.asker.localpart()),
                          "invite.create", "invitation " + std::to_string(made->invite->id));
  }
  DataForm result(DataForm::Type::result, ns::invitation);
  result.add("uri", "text-single", "Address for XMPP clients", make_invite_uri(*tenant, *made->invite, made->token));
  result.add("landing-url", "text-single", "Page for everybody", invite_page_url(context, *step.host, made->token));
  result.add("expire", "text-single", "Until when it can be used", format_time(made->invite->expires_ms));
  co_return CommandAnswer{std::move(result)};
}

Task<Result<CommandAnswer>> InvitesModule::invite(InvitesModule& self, CommandStep step) {
  Invite wanted;
  wanted.makes_contact = true;
  wanted.opens_account = self.context_->option<bool>(*step.host, "accounts");
  auto making = make(self, std::move(step), std::move(wanted), false);
  auto made = co_await making;
  co_return made;
}

Task<Result<CommandAnswer>> InvitesModule::create_account(InvitesModule& self, CommandStep step) {
  if (step.forms.empty()) co_return CommandAnswer{ask_for_name()};
  const TenantPtr tenant = step.host->tenant;
  Invite wanted;
  wanted.opens_account = true;
  const FormField* contact = step.forms.front().find("roster-subscription");
  wanted.makes_contact = contact && contact->boolean().value_or(false);
  const FormField* name = step.forms.front().find("username");
  if (name && !name->value().empty()) {
    const auto jid = BareJid::make(name->value(), tenant->domain());
    if (!jid) co_return Error{ErrorKind::bad_request, "The user name can be none. " + jid.error().text};
    wanted.localpart = jid->localpart();
    const auto there = co_await self.context_->accounts().find(self.context_->loop(), tenant, wanted.localpart);
    if (there) co_return Error{ErrorKind::conflict, "There is an account of this name already."};
    if (there.error().kind != ErrorKind::item_not_found) co_return there.error();
  }
  auto making = make(self, std::move(step), std::move(wanted), true);
  auto made = co_await making;
  co_return made;
}

// Both have the other before either is told.
Task<void> InvitesModule::join(InvitesModule& self, TenantPtr tenant, InvitePtr invite, BareJid account,
                               int64_t incarnation) {
  if (!invite->makes_contact || invite->inviter.empty()) co_return;
  const auto inviter = BareJid::make(invite->inviter, tenant->domain());
  if (!inviter) co_return;
  ModuleContext& context = *self.context_;
  Async<bool> told(context.loop(), [&](Async<bool>::Done done) {
    const TicketPtr ticket = std::make_shared<Removal>(std::move(done));
    context.send(tenant->id, account, MakeContact{account, incarnation, *inviter, ticket});
    context.send(tenant->id, *inviter, MakeContact{*inviter, invite->incarnation, account, ticket});
  });
  co_await told;
}

void InvitesModule::make_contact(const BareJid& account, int64_t incarnation, const BareJid& contact,
                                 const TicketPtr& ticket) {
  context_->with_account(account, [this, incarnation, contact, ticket](Result<Resident*> resident) {
    if (!resident || (*resident)->incarnation() != incarnation) return;
    Roster& roster = roster_->of(**resident);
    if (!roster.find(contact) && roster.full()) return;
    RosterItem& item = roster.item(contact);
    item.listed = true;
    item.subscription = {.to = true, .from = true};
    await(ticket, roster_->save(**resident, contact));
    context_->tell_visibility(**resident, contact, true);
  });
}

// A request that shows a token of this account is granted, and asked back.
Flow InvitesModule::guard(Inbound& inbound) {
  const Stanza& stanza = inbound.stanza;
  if (stanza.type != StanzaType::subscribe || inbound.is_late) return Flow::go_on;
  const auto preauth = stanza.child("preauth", ns::pars);
  if (!preauth) return Flow::go_on;
  Resident& resident = inbound.resident;
  const BareJid contact = stanza.from->bare();
  Invites& invites = context_->accounts().invites();
  const InvitePtr invite = invites.find(resident.tenant().id, preauth->attribute("token").value_or(""));
  const bool is_own = invite && invite->makes_contact && invite->inviter == resident.jid().localpart() &&
                      invite->incarnation == resident.incarnation() && contact != resident.jid();
  Roster& roster = roster_->of(resident);
  if (!is_own || (!roster.find(contact) && roster.full()) || !context_->disk().check_addition()) return Flow::go_on;
  if (!invites.take(*invite)) return Flow::go_on;
  spawn(use_up(invites, context_->loop(), invite));
  grant(resident, contact, inbound.ticket);
  return Flow::stop;
}

void InvitesModule::grant(Resident& resident, const BareJid& contact, const TicketPtr& ticket) {
  RosterItem& item = roster_->of(resident).item(contact);
  item.listed = true;
  item.subscription.from = true;
  item.subscription.pending_in = false;
  const bool asks = !item.subscription.to;
  if (asks) apply_outbound(item.subscription, StanzaType::subscribe);
  await(ticket, roster_->save(resident, contact));
  const auto send = [&](StanzaType type) {
    Stanza presence = Stanza::make(StanzaKind::presence, type, {});
    presence.from = resident.jid();
    presence.to = contact;
    context_->route_for(resident, std::move(presence), ticket);
  };
  send(StanzaType::subscribed);
  context_->tell_visibility(resident, contact, true);
  if (asks) send(StanzaType::subscribe);
}

}  // namespace teahouse
