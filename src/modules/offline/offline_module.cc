#include "modules/offline/offline_module.h"

#include "base/log.h"
#include "xmpp/delay.h"
#include "xmpp/keeping.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr const char* account_archive = "archive";  // the store's name, as modules/archive has it
constexpr size_t copied_max = 1000;
constexpr int64_t again_ms = 5000;

// A message that comes back from a session that it was handed over to is kept in its old place: by its id in the
// account's archive, which it bears. Those of one archive are in order.
std::optional<store::ArchiveId> find_archive_id(std::string_view message, const BareJid& account,
                                                const ArchiveIds& ids) {
  std::optional<store::ArchiveId> id;
  const auto document = xml::Document::parse_own(SharedBytes(std::string(message)));
  if (!document) return id;
  document->root().for_each_child([&](const xml::Element& child) {
    if (!child.is("stanza-id", ns::stanza_id) || child.attribute("by") != account.str()) return;
    id = ids.parse(child.attribute("id").value_or(""));
  });
  return id;
}

bool may_receive(const Session& session) {
  return session.stream() && session.is_available() && session.priority() >= 0;
}

// A chat or normal message that is not kept goes in silence: an error would tell any stranger whether somebody is
// online.
Flow pass_by(const Stanza& message) {
  return message.type == StanzaType::chat || message.type == StanzaType::none ? Flow::stop : Flow::go_on;
}

Error queue_is_full() {
  return {ErrorKind::service_unavailable, "This user is away and has as many messages waiting as the plan keeps."};
}

}  // namespace

const ModuleInfo& OfflineModule::info() const {
  static const ModuleInfo info{.name = "offline",
                               .summary = "Messages wait for a user who is away.",
                               .xeps = {{13, "1.3", "Flexible Offline Message Retrieval",
                                         "an answer has at most 1000 headers: the next ones come when those are "
                                         "removed; what a client that binds by "
                                         "XEP-0386 reads in the archive does not wait"},
                                        {160, "1.0.1", "Best Practices for Handling Offline Messages", ""},
                                        {203, "2.0", "Delayed Delivery", ""}},
                               .host_features = {"msgoffline", ns::offline},
                               .needs = {"disco"},
                               .is_optional = true};
  return info;
}

class OfflineModule::Row final : public HeldRow {
 public:
  Row(OfflineModule& module, TenantPtr tenant, BareJid account, std::string name)
      : module_(module), tenant_(std::move(tenant)), account_(std::move(account)), name_(std::move(name)) {
    module_.held_[account_.str()].insert(name_);
  }
  ~Row() override {
    const auto of_account = module_.held_.find(account_.str());
    if (of_account == module_.held_.end()) return;
    of_account->second.erase(name_);
    if (of_account->second.empty()) module_.held_.erase(of_account);
  }
  void drop() override { module_.drop(*tenant_, account_, name_); }
  const std::string& name() const override { return name_; }

 private:
  OfflineModule& module_;
  const TenantPtr tenant_;
  const BareJid account_;
  const std::string name_;
};

void OfflineModule::attach(ModuleContext& context) {
  context_ = &context;
  queue_.emplace(context.attach_to_residents<Queue>());
  retrieval_.emplace(*this, context);
  disco_ = &context.need<DiscoModule>("disco");
  disco_->own_node = DiscoModule::OwnNode{ns::offline, [&context](const Host& host) { return context.is_at(host); },
                                          [this](const IqRequest& request) { retrieval_->take(request); }};
  for (const StanzaType type : {StanzaType::get, StanzaType::set}) {
    context.on_iq(IqTarget::own_account, type, "offline", ns::offline,
                  [this](const IqRequest& request) { retrieval_->take(request); });
  }
  context.on(&Hooks::resident_load, [this](Resident& resident) { return load(*this, resident); });
  context.on_inbound(InboundPhase::keep, StanzaKind::message, [this](Inbound& inbound) { return keep(inbound); });
  context.on_inbound(InboundPhase::hold, StanzaKind::message, [this](Inbound& inbound) { return hold(inbound); });
  context.on(&Hooks::at_nobody, [this](const HostPtr& host, const Stanza& stanza, const TicketPtr& ticket) {
    return stanza.kind == StanzaKind::message ? vanish(*host->tenant, stanza, ticket) : Flow::go_on;
  });
  context.on(&Hooks::session_available, [this](Session& session, bool) { hand_over(session); });
  context.on(&Hooks::bind_answers,
             [this](Session& session, store::ArchiveId bound) { return clear_archived(*this, session, bound); });
  context.on(&Hooks::session_resumed, [this](Session& session) { hand_over(session); });
  context.on(&Hooks::session_parking, [this](Session& session, SessionNotes& notes) { park(session, notes); });
  context.on(&Hooks::session_woken, [this](Session& session, const SessionNotes& notes) { wake(session, notes); });
  context.on(&Hooks::row_held, [this](Resident& resident, Delivery& delivery, const std::string& name) {
    delivery.row = std::make_unique<Row>(*this, resident.host()->tenant, resident.jid(), name);
  });
  context.on(&Hooks::session_writable, [this](Session& session) {
    go_on(session);
    retrieval_->go_on(session);
  });
  context.on(&Hooks::session_closing, [this](Session& session) {
    pass_on(session);
    retrieval_->go_on(session);
  });
  context.on(&Hooks::account_removed, [this](const HostPtr& host, const BareJid& jid, const TicketPtr&) {
    store(*host->tenant).remove_all(jid.str());
    held_.erase(jid.str());
  });
}

void OfflineModule::detach() { disco_->own_node.reset(); }

Task<Result<void>> OfflineModule::load(OfflineModule& self, Resident& resident) {
  const auto count = co_await self.store(resident.tenant()).count(self.context_->loop(), resident.jid().str());
  if (!count) co_return count.error();
  self.queue_->of(resident).waiting = static_cast<int64_t>(*count);
  co_return Result<void>();
}

bool OfflineModule::is_held(const BareJid& account, const std::string& name) const {
  const auto of_account = held_.find(account.str());
  return of_account != held_.end() && of_account->second.contains(name);
}

int64_t OfflineModule::count_held(const BareJid& account) const {
  const auto of_account = held_.find(account.str());
  return of_account == held_.end() ? 0 : static_cast<int64_t>(of_account->second.size());
}

bool OfflineModule::is_full(Resident& resident) {
  const int64_t limit = resident.tenant().limits().offline_messages;
  return limit >= 0 && queue_->of(resident).waiting >= limit;
}

Flow OfflineModule::keep(Inbound& inbound) {
  if (inbound.delivery && inbound.delivery->row) {  // it is there, and now for the session that comes next
    inbound.delivery->row.reset();
    return Flow::stop;
  }
  if (!is_worth_keeping(inbound.stanza, Keeper::offline_queue)) return pass_by(inbound.stanza);
  if (is_full(inbound.resident)) {
    context_->refuse(inbound.stanza, inbound.ticket, queue_is_full());
    return Flow::stop;
  }
  const std::string name = write(inbound);
  note(inbound.ticket, Ended::queued);
  Queue& queue = queue_->of(inbound.resident);
  for (const auto& [session, delivery] : inbound.copied_to) {
    if (queue.copied.size() < copied_max) queue.copied.push_back({session->number(), name, delivery});
  }
  return Flow::stop;
}

Flow OfflineModule::hold(Inbound& inbound) {
  if (!is_worth_keeping(inbound.stanza, Keeper::offline_queue) || is_full(inbound.resident)) return Flow::go_on;
  const Resident& resident = inbound.resident;
  inbound.delivery->row = std::make_unique<Row>(*this, resident.host()->tenant, resident.jid(), write(inbound));
  return Flow::go_on;
}

// Gives the name of its row.
std::string OfflineModule::write(Inbound& inbound) {
  Resident& resident = inbound.resident;
  Stanza kept = inbound.stanza;
  const std::string& domain = resident.host()->domain;
  if (!is_delayed_by(kept, domain)) kept.stamp(make_delay(domain, context_->clock().wall_ms()));
  std::string bytes;
  kept.write(bytes, true);
  const auto archived = find_archive_id(bytes, resident.jid(), context_->archive_ids());
  std::string name = to_string(archived ? *archived : context_->make_arrival().id);
  ++queue_->of(resident).waiting;
  await(inbound.ticket, store(resident.tenant()).store(resident.jid().str(), name, bytes));
  return name;
}

Lsn OfflineModule::drop(const Tenant& tenant, const BareJid& account, const std::string& name) {
  const Lsn gone = store(tenant).remove(account.str(), name);
  Resident* resident = context_->find_resident(tenant, account.str());
  Queue* known = resident ? queue_->find(*resident) : nullptr;
  if (!known) return gone;
  Queue& queue = *known;
  queue.waiting = std::max<int64_t>(0, queue.waiting - 1);
  if (queue.receiver != 0) queue.gone.insert(name);
  if (queue.waiting == 0) queue.copied.clear();
  return gone;
}

// There is no account that it could wait for. Its sender sees the same as from keep(), and the acknowledgement takes
// as long: it waits for a write, which here changes nothing.
Flow OfflineModule::vanish(const Tenant& tenant, const Stanza& message, const TicketPtr& ticket) {
  if (message.type != StanzaType::chat && message.type != StanzaType::none) return Flow::go_on;
  if (!is_worth_keeping(message, Keeper::offline_queue)) return pass_by(message);
  if (tenant.limits().offline_messages == 0) {
    context_->refuse(message, ticket, queue_is_full());
  } else {
    await(ticket, store(tenant).remove(message.to->bare().str(), "nobody"));
    note(ticket, Ended::queued);
  }
  return Flow::stop;
}

void OfflineModule::hand_over(Session& session) {
  if (count_free(session.resident()) <= 0 || !may_receive(session) || retrieval_->is_on(session.resident())) return;
  Queue& queue = queue_->of(session.resident());
  const Session* present = context_->find_session(queue.receiver);
  if (present && may_receive(*present)) return;
  queue.receiver = session.number();
  queue.handed_until.clear();
  go_on(session);
}

void OfflineModule::go_on(Session& session) {
  Queue& queue = queue_->of(session.resident());
  if (queue.receiver != session.number()) return;
  if (!may_receive(session)) return pass_on(session);
  const Resident& resident = session.resident();
  queue.gone.clear();
  spawn(deliver(*this, resident.host()->tenant, resident.jid(), session.number(), queue.handed_until));
}

// Messages that it was not given yet are for another session that is there, or stay.
void OfflineModule::pass_on(Session& session) {
  Queue& queue = queue_->of(session.resident());
  if (queue.receiver != session.number()) return;
  queue.receiver = 0;
  for (const auto& other : session.resident().sessions()) {
    if (other.get() != &session) hand_over(*other);
  }
}

// A line for each: "+NAME" of a copy that was taken, "-NAME" of another.
void OfflineModule::park(Session& session, SessionNotes& notes) {
  std::string lines;
  for (const Copy& each : queue_->of(session.resident()).copied) {
    if (each.session != session.number()) continue;
    lines.append(each.delivery && each.delivery->is_taken() ? "+" : "-").append(each.name).append("\n");
  }
  if (!lines.empty()) notes["offline-copies"] = std::move(lines);
  retrieval_->park(session, notes);
}

void OfflineModule::wake(Session& session, const SessionNotes& notes) {
  retrieval_->wake(session, notes);
  const auto found = notes.find("offline-copies");
  std::string_view lines = found == notes.end() ? std::string_view() : found->second;
  auto& copied = queue_->of(session.resident()).copied;
  for (size_t end = lines.find('\n'); end != std::string_view::npos && copied.size() < copied_max;
       end = lines.find('\n')) {
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end + 1);
    if (line.size() < 2) continue;
    Copy copy{session.number(), std::string(line.substr(1)), nullptr};
    if (line.front() == '+') {
      copy.delivery = std::make_shared<Delivery>();
      copy.delivery->note_taken();
    }
    copied.push_back(std::move(copy));
  }
}

Task<void> OfflineModule::deliver(OfflineModule& self, TenantPtr tenant, BareJid account, uint64_t session,
                                  std::string after) {
  const auto entries =
      co_await self.store(*tenant).load(self.context_->loop(), account.str(), offline_portion_bytes, std::move(after));
  Session* receiver = self.context_->find_session(session);
  if (!receiver || self.queue_->of(receiver->resident()).receiver != session) co_return;
  Queue& queue = self.queue_->of(receiver->resident());
  if (!may_receive(*receiver)) {
    self.pass_on(*receiver);
    co_return;
  }
  if (!entries) {  // they wait until they can be read
    log::warning("offline", "Messages that wait could not be read; it is tried again",
                 {{"jid", account.str()}, {"why", entries.error().text}});
    queue.again = self.context_->loop().start_timer(again_ms, [&self, session] {
      if (Session* still = self.context_->find_session(session)) self.go_on(*still);
    });
    co_return;
  }
  if (entries->empty()) {
    queue.receiver = 0;
    if (queue.handed_until.empty()) queue.waiting = self.count_held(account);
    co_return;
  }
  for (const auto& entry : *entries) {
    if (!self.is_held(account, entry.name) && !queue.gone.contains(entry.name)) self.hand(*receiver, entry);
  }
  queue.handed_until = entries->back().name;
  if (self.count_free(receiver->resident()) > 0) {
    receiver->ask_for_space();
  } else {
    queue.receiver = 0;
  }
}

Task<std::string> OfflineModule::clear_archived(OfflineModule& self, Session& session, store::ArchiveId bound) {
  const TenantPtr tenant = session.resident().host()->tenant;
  const BareJid account = session.resident().jid();
  net::Loop& loop = self.context_->loop();
  if (self.count_free(session.resident()) <= 0) co_return std::string();
  auto asking = self.context_->archive(*tenant, account_archive).ends(loop, account.str());
  const auto ends = co_await asking;
  std::string after;
  while (ends && *ends) {
    auto loading = self.store(*tenant).load(loop, account.str(), offline_portion_bytes, after);
    const auto entries = co_await loading;
    if (!entries || entries->empty()) break;  // those that can't be read come as ever
    for (const auto& entry : *entries) {
      const auto id = find_archive_id(entry.value, account, self.context_->archive_ids());
      const bool is_there = id && *id >= (*ends)->first.id && *id < bound;  // older rows may have been trimmed
      if (is_there && !self.is_held(account, entry.name)) self.drop(*tenant, account, entry.name);
    }
    after = entries->back().name;
  }
  co_return std::string();
}

std::optional<Stanza> OfflineModule::read(Resident& resident, const store::MapStore::Entry& entry) {
  const std::string& account = resident.jid().str();
  auto message = Stanza::parse_stored(entry.value);
  if (!message)
    log::error("offline", "A kept message can't be read", {{"jid", account}, {"why", message.error().text}});
  if (message && context_->may_have(resident, *message)) return std::move(*message);
  drop(*resident.host()->tenant, resident.jid(), entry.name);
  return std::nullopt;
}

// It is held until the client has it, also by a copy that it was sent before. A copy from before a restart may still be
// on its way: then the row stays for the next session.
void OfflineModule::hand(Session& receiver, const store::MapStore::Entry& entry) {
  const TenantPtr tenant = receiver.resident().host()->tenant;
  const BareJid& account = receiver.resident().jid();
  const auto& copied = queue_->of(receiver.resident()).copied;
  const auto own = std::find_if(copied.begin(), copied.end(), [&](const Copy& each) {
    return each.session == receiver.number() && each.name == entry.name;
  });
  const bool is_on_its_way = own != copied.end();
  if (is_on_its_way && !own->delivery) return;
  const bool has_it = is_on_its_way && own->delivery->is_taken();
  auto message = has_it ? std::nullopt : read(receiver.resident(), entry);
  if (has_it) drop(*tenant, account, entry.name);
  if (!message) return;
  const auto delivery = is_on_its_way ? own->delivery : std::make_shared<Delivery>();
  delivery->row = std::make_unique<Row>(*this, tenant, account, entry.name);
  for (const Copy& each : copied) {
    if (each.name == entry.name && each.session != receiver.number()) delivery->note_had(each.session);
  }
  if (is_on_its_way) return;
  delivery->message = std::make_shared<const Stanza>(std::move(*message));
  receiver.deliver(delivery->message, Lsn::none, delivery);
}

}  // namespace teahouse
