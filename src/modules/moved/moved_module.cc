#include "modules/moved/moved_module.h"

#include "xml/values.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr const char* statement_id = "current";

// The text of a child as the address of an account; none where there is none.
std::optional<BareJid> read_address(const xml::Element& moved, std::string_view name) {
  const std::string text = moved.child_text(name, ns::moved);
  auto jid = BareJid::parse(xml::trim(text));
  return jid && jid->has_localpart() ? std::optional(std::move(*jid)) : std::nullopt;
}

bool says(const std::optional<std::string>& statement, const BareJid& now) {
  const auto document = xml::Document::parse_own(SharedBytes(statement.value_or("")));
  if (!document || !document->root().is("moved", ns::moved)) return false;
  return read_address(document->root(), "new-jid") == now;
}

}  // namespace

const ModuleInfo& MovedModule::info() const {
  static const ModuleInfo info{
      .name = "moved",
      .summary = "Contacts who have moved to another address keep their place in rosters.",
      .xeps = {{283, "0.2.0", "Moved",
                "the server's part for old accounts of this server; statements are published and requests sent by "
                "clients; a <gone/> is none"}},
      .needs = {"roster", "presence", "pubsub"},
      .is_optional = true};
  return info;
}

void MovedModule::attach(ModuleContext& context) {
  context_ = &context;
  roster_ = &context.need<RosterModule>("roster");
  presence_ = &context.need<PresenceModule>("presence");
  nodes_ = &context.need<PubsubModule>("pubsub").own_nodes();
  underway_.emplace(context.attach_to_residents<Underway>());
  context.on_inbound(InboundPhase::guard, StanzaKind::presence, [this](Inbound& inbound) { return consider(inbound); });
}

Flow MovedModule::consider(Inbound& inbound) {
  const Stanza& request = inbound.stanza;
  if (!request.from || (request.type != StanzaType::subscribe && request.type != StanzaType::unsubscribe)) {
    return Flow::go_on;
  }
  const BareJid now = request.from->bare();
  Underway& underway = underway_->of(inbound.resident);
  if (request.type == StanzaType::unsubscribe) {
    underway.erase(now.str());
    return Flow::go_on;
  }
  if (underway.contains(now.str())) return Flow::stop;  // said twice
  const auto moved = request.child("moved", ns::moved);
  const auto old = moved ? read_address(*moved, "old-jid") : std::nullopt;
  if (!old || underway.size() >= underway_max) return Flow::go_on;
  Move move{inbound.resident.jid(), *old, now};
  const auto asked = context_->tenant_at(old->domainpart());
  if (!asked || !may_move(inbound.resident, move)) return Flow::go_on;
  underway.insert(now.str());
  spawn(verify(*this, std::move(move), *asked, request, inbound.ticket));
  return Flow::stop;
}

bool MovedModule::may_move(Resident& resident, const Move& move) const {
  if (move.old == move.now || move.old == move.account || move.now == move.account) return false;
  const Roster& roster = roster_->of(resident);
  const RosterItem* old = roster.find(move.old);
  const RosterItem* now = roster.find(move.now);
  if (!old || !old->subscription.from || (now && now->subscription.from)) return false;
  return (now && now->listed) || !roster.full();
}

Task<void> MovedModule::verify(MovedModule& self, Move move, TenantId asked, Stanza request, TicketPtr ticket) {
  Async<bool> asking(self.context_->loop(), [&self, &move, asked](Async<bool>::Done done) {
    self.context_->send(asked, move.old, Question{move, std::move(done)});
  });
  const bool said = co_await asking;
  const BareJid account = move.account;
  self.context_->with_account(account, [&self, move = std::move(move), said, request = std::move(request),
                                        ticket = std::move(ticket)](const Result<Resident*>& resident) {
    if (resident) self.decide(**resident, move, said, request, ticket);
  });
}

void MovedModule::Question::arrive(Module* at, const HostPtr& host) const {
  if (!at || !host || host->kind != HostKind::accounts || host->tenant->suspended) return done(false);
  static_cast<MovedModule*>(at)->answer(host, *this);
}

// The statement is for those who may read the node: as a rule, those who see the old account's presence. A tenant that
// goes without pubsub goes without this module, and says nothing.
void MovedModule::answer(const HostPtr& host, const Question& question) {
  if (!context_->is_at(*host)) return question.done(false);
  context_->with_account(question.move.old, [this, host, question](const Result<Resident*>& old) {
    if (!old || !nodes_->may_read(**old, ns::moved, question.move.account)) return question.done(false);
    const auto place = nodes_->find_item(**old, ns::moved, statement_id);
    if (!place) return question.done(false);
    spawn(read_statement(*this, host, place->number, question));
  });
}

Task<void> MovedModule::read_statement(MovedModule& self, HostPtr host, uint64_t number, Question question) {
  auto loading = self.nodes_->load_payload(std::move(host), question.move.old, ns::moved, number);
  const auto statement = co_await loading;
  question.done(statement && says(*statement, question.move.now));
}

// Where the disk takes nothing, the request is left to the account's user.
void MovedModule::decide(Resident& resident, const Move& move, bool said, Stanza request, const TicketPtr& ticket) {
  if (underway_->of(resident).erase(move.now.str()) == 0) return;  // taken back
  const bool moves = said && may_move(resident, move) && context_->disk().check_addition();
  if (!moves) return presence_->take_subscription(resident, std::move(request), ticket);
  const bool was_both = roster_->of(resident).find(move.old)->subscription.to;
  replace(resident, move, ticket);
  presence_->take_subscription(resident, std::move(request), ticket);  // it is granted by now
  presence_->send_subscription(resident, move.old, StanzaType::unsubscribed, ticket);
  if (was_both) presence_->send_subscription(resident, move.now, StanzaType::subscribe, ticket);
}

// The new address is called as the old one was, and stands in the same groups.
void MovedModule::replace(Resident& resident, const Move& move, const TicketPtr& ticket) {
  Roster& roster = roster_->of(resident);
  const RosterItem old = *roster.find(move.old);
  RosterItem& now = roster.item(move.now);
  const Subscription before = now.subscription;
  if (!now.listed) {
    now.name = old.name;
    now.groups = old.groups;
  }
  now.subscription.from = true;
  now.subscription.pending_in = false;
  await(ticket, roster_->save(resident, move.now, before));
}

}  // namespace teahouse
