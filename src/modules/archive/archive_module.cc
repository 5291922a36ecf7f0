#include "modules/archive/archive_module.h"

#include "server/archive_reader.h"
#include "server/archive_space.h"
#include "xml/writer.h"
#include "xmpp/keeping.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr char preferences_entry[] = "prefs";

// The account itself asks. Its session may be gone before it is answered.
class Reader final : public ArchiveReader {
 public:
  Reader(ModuleContext& asked, const IqRequest& iq, store::ArchiveStore archive_store)
      : ArchiveReader(asked, iq.stanza, iq.resident->jid(), std::move(archive_store)), session_(iq.session->number()) {}

  void send(Stanza answer) override {
    if (Session* session = context.find_session(session_)) session->deliver(std::move(answer));
  }
  void send_error(const Error& error) override { context.reply_error(request, error); }

 private:
  const uint64_t session_;
};

MessageArchived make_event(const std::string& archive, store::ArchiveId id, const Stanza& message) {
  const auto bare = [](const std::optional<Jid>& jid) { return jid ? std::string(jid->bare_view()) : std::string(); };
  return {archive, id, bare(message.from), bare(message.to)};
}

}  // namespace

const ModuleInfo& ArchiveModule::info() const {
  static const ModuleInfo info{.name = "archive",
                               .summary = "Messages are kept and can be asked for from any device.",
                               .xeps = {{59, "1.0", "Result Set Management", "archives are not paged by index"},
                                        {313, "1.1.3", "Message Archive Management", ""},
                                        {334, "1.0.0", "Message Processing Hints", ""},
                                        {359, "0.7.0", "Unique and Stable Stanza IDs", ""},
                                        {424, "0.4.2", "Message Retraction", ""},
                                        {441, "0.2.0", "Message Archive Management Preferences", "no ad-hoc command"}},
                               .host_features = {ns::hints, ns::stanza_id},
                               .account_features = {ns::mam, ns::mam_extended, ns::stanza_id},
                               .archives = {{"archive", &PlanLimits::archive_bytes, &PlanLimits::archive_days}},
                               .needs = {"roster"}};
  return info;
}

void ArchiveModule::attach(ModuleContext& context) {
  context_ = &context;
  roster_ = &context.need<RosterModule>("roster");
  retractions_.emplace(context);
  preferences_.emplace(context.attach_to_residents<ArchivePreferences>());
  context.on(&Hooks::resident_load, [this](Resident& resident) { return load(*this, resident); });
  context.on_own_iq(StanzaType::get, "prefs", ns::mam, [this](const IqRequest& iq) { get_preferences(iq); });
  context.on_own_iq(StanzaType::set, "prefs", ns::mam, [this](const IqRequest& iq) { set_preferences(iq); });
  context.on_outbound(OutboundPhase::archive, StanzaKind::message,
                      [this](Outbound& outbound) { return archive_sent(outbound); });
  context.on_inbound(InboundPhase::archive, StanzaKind::message,
                     [this](Inbound& inbound) { return archive_received(inbound); });
  context.on(&Hooks::at_nobody, [this](const HostPtr& host, const Stanza& message, const TicketPtr& ticket) {
    const bool is_archivable =
        message.kind == StanzaKind::message && is_worth_keeping(message, Keeper::account_archive);
    return is_archivable ? refuse_full(*host->tenant, message, ticket) : Flow::go_on;
  });
  context.on_iq(IqTarget::own_account, StanzaType::set, "query", ns::mam, [this](const IqRequest& iq) {
    answer_archive_query(std::make_shared<Reader>(*context_, iq, store(*iq.host->tenant)), iq.query);
  });
  context.on_iq(IqTarget::own_account, StanzaType::get, "query", ns::mam,
                [this](const IqRequest& iq) { context_->reply(iq.stanza, make_mam_form()); });
  context.on_iq(IqTarget::own_account, StanzaType::get, "metadata", ns::mam, [this](const IqRequest& iq) {
    answer_archive_metadata(std::make_shared<Reader>(*context_, iq, store(*iq.host->tenant)));
  });
  context.on(&Hooks::bind_answers, [this](Session& session, store::ArchiveId) {
    const Resident& resident = session.resident();
    return tell_ends(*this, resident.host()->tenant, resident.jid());
  });
  context.on(&Hooks::account_removed, [this](const HostPtr& host, const BareJid& jid, const TicketPtr&) {
    store(*host->tenant).remove_all(jid.str());
    preference_store(*host->tenant).remove_all(jid.str());
  });
}

Task<Result<void>> ArchiveModule::load(ArchiveModule& self, Resident& resident) {
  auto row = co_await self.preference_store(resident.tenant())
                 .load_entry(self.context_->loop(), resident.jid().str(), preferences_entry);
  if (!row) co_return row.error();
  if (!*row) co_return Result<void>();
  const auto document = xml::Document::parse_own(SharedBytes(std::move(**row)));
  auto preferences = document ? ArchivePreferences::read(document->root(), [](Jid&) {}) : document.error();
  if (!preferences)
    co_return Error{ErrorKind::internal_server_error, "archive preferences: " + preferences.error().text};
  self.preferences_->of(resident) = std::move(*preferences);
  co_return Result<void>();
}

// The ends of the archive as the session begins (XEP-0386): the client reads on from there.
Task<std::string> ArchiveModule::tell_ends(ArchiveModule& self, TenantPtr tenant, BareJid account) {
  auto metadata = co_await load_archive_metadata(*self.context_, self.store(*tenant), account.str());
  co_return metadata ? std::move(*metadata) : std::string();  // else it asks, and is told the error
}

void ArchiveModule::get_preferences(const IqRequest& request) const {
  const ArchivePreferences* preferences = preferences_->find(*request.resident);
  context_->reply(request.stanza, (preferences ? *preferences : ArchivePreferences()).write());
}

void ArchiveModule::set_preferences(const IqRequest& request) const {
  auto preferences = ArchivePreferences::read(request.query, [this](Jid& jid) { context_->lead_to_account(jid); });
  if (!preferences) return context_->reply_error(request.stanza, preferences.error());
  if (const auto may = context_->disk().check_addition(); !may) {
    return context_->reply_error(request.stanza, may.error());
  }
  Resident& resident = *request.resident;
  const store::MapStore rows = preference_store(resident.tenant());
  const std::string xml = preferences->write();
  const Lsn lsn = preferences->are_usual() ? rows.remove(resident.jid().str(), preferences_entry)
                                           : rows.store(resident.jid().str(), preferences_entry, xml);
  preferences_->of(resident) = std::move(*preferences);
  await(request.ticket, lsn);
  context_->reply_when(lsn, request, xml);
}

bool ArchiveModule::keeps(Resident& resident, const Jid& other) const {
  const ArchivePreferences* preferences = preferences_->find(resident);
  if (!preferences) return true;
  const RosterItem* item = roster_->of(resident).find(other.bare());
  return preferences->keeps(other, item && item->listed);
}

Flow ArchiveModule::refuse_unless(const Result<void>& may, const Stanza& message, const TicketPtr& ticket) {
  if (may) return Flow::go_on;
  context_->refuse(message, ticket, may.error());
  return Flow::stop;
}

Flow ArchiveModule::refuse_full(const Tenant& tenant, const Stanza& message, const TicketPtr& ticket) {
  const std::string_view sender = message.from ? message.from->domainpart() : tenant.domain();
  return refuse_unless(check_archive_space(tenant, context_->disk(), sender), message, ticket);
}

ArchiveModule::Kept ArchiveModule::write(const Resident& account, const Jid& with, const Stanza& message) {
  const store::Arrival arrival = context_->make_arrival();
  store::ArchiveRow row{arrival.id, std::string(with.bare_view()), {}, arrival.at_ms};
  message.write(row.bytes, true);
  account.tenant().meter->archive_bytes.fetch_add(static_cast<int64_t>(row.bytes.size()), std::memory_order_relaxed);
  account.tenant().meter->usage.touch();
  const store::ArchiveStore archive = store(account.tenant());
  const std::string& owner = account.jid().str();
  if (!account.tenant().events.has(EventKind::message)) return {archive.append(owner, row), row.id};
  return {context_->record(account.tenant(), make_event(owner, row.id, message),
                           [&](const store::Companion* event) { return archive.append(owner, row, event); }),
          row.id};
}

Flow ArchiveModule::archive_sent(Outbound& outbound) {
  const Stanza& message = outbound.stanza;
  const bool takes_back = Retractions::is_one(message);
  if (takes_back) {
    const auto begun = retractions_->begin(outbound.resident, message);
    if (refuse_unless(begun, message, outbound.ticket) == Flow::stop) return Flow::stop;
  }
  if (message.to->bare_view() == outbound.resident.jid().str()) return Flow::go_on;  // once is enough
  if (!is_worth_keeping(message, Keeper::account_archive) || !keeps(outbound.resident, *message.to)) {
    // The offline queue may keep it all the same (XEP-0334, no-permanent-store).
    return is_worth_keeping(message, Keeper::offline_queue)
               ? refuse_unless(context_->disk().check_addition(), message, outbound.ticket)
               : Flow::go_on;
  }
  const Tenant& tenant = outbound.resident.tenant();
  if (takes_back && !check_archive_space(tenant, context_->disk(), tenant.domain())) return Flow::go_on;
  if (refuse_full(tenant, message, outbound.ticket) == Flow::stop) return Flow::stop;
  const Kept kept = write(outbound.resident, *message.to, message);
  await(outbound.ticket, kept.lsn);
  outbound.gate = kept.lsn;
  outbound.archived = kept.id;
  return Flow::go_on;
}

Flow ArchiveModule::archive_received(Inbound& inbound) {
  Stanza& message = inbound.stanza;
  const bool takes_back = Retractions::is_one(message);
  // The account's own was begun when it was sent.
  const bool is_anothers = takes_back && message.from->bare_view() != inbound.resident.jid().str();
  if (is_anothers) {
    const auto begun = retractions_->begin(inbound.resident, message);
    if (refuse_unless(begun, message, inbound.ticket) == Flow::stop) return Flow::stop;
  }
  if (!is_worth_keeping(message, Keeper::account_archive)) return Flow::go_on;
  const Tenant& tenant = inbound.resident.tenant();
  if (takes_back && !check_archive_space(tenant, context_->disk(), message.from->domainpart())) return Flow::go_on;
  // A full archive refuses also what this account does not keep: else its answer would tell strangers of the account.
  if (refuse_full(tenant, message, inbound.ticket) == Flow::stop) return Flow::stop;
  if (!keeps(inbound.resident, *message.from)) return Flow::go_on;
  // One message has one id, in however many stanzas it arrives (XEP-0313 section 6.1.1).
  const bool is_kept = inbound.delivery && inbound.delivery->archived != store::ArchiveId::none;
  const Kept kept = is_kept ? Kept{inbound.delivery->gate, inbound.delivery->archived}
                            : write(inbound.resident, *message.from, message);
  await(inbound.ticket, kept.lsn);
  note(inbound.ticket, Ended::archived);
  inbound.gate = kept.lsn;
  message.stamp(context_->archive_ids().make_stamp(kept.id, inbound.resident.jid()));
  if (inbound.delivery) {
    inbound.delivery->gate = kept.lsn;
    inbound.delivery->archived = kept.id;
  }
  return Flow::go_on;
}

}  // namespace teahouse
