#include "modules/archive/archive_module.h"

#include "server/archive_reader.h"
#include "xml/writer.h"
#include "xmpp/claims.h"
#include "xmpp/keeping.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

// What the account's server alone says: ids of its archive (XEP-0359 section 6), and that it has delayed something.
bool is_stamp_of(const xml::Element& child, const BareJid& account) {
  if (child.is("stanza-id", ns::stanza_id)) return !child.attribute("by") || names_entity(child, "by", account);
  return child.is("delay", ns::delay) && names_entity(child, "from", account.host());
}

void remove_where(Stanza& message, const std::function<bool(const xml::Element&)>& unwanted) {
  bool any = false;
  message.root().for_each_child([&](const xml::Element& child) { any = any || unwanted(child); });
  if (any) message.remove_children(unwanted);
}

Flow remove_forged(Outbound& outbound) {
  const BareJid& own = outbound.resident.jid();
  // Copies are no client's word (XEP-0280 section 11, CVE-2017-5589 and its kin).
  remove_where(outbound.stanza, [&](const xml::Element& child) { return is_copy(child) || is_stamp_of(child, own); });
  return Flow::go_on;
}

Flow remove_foreign_stamps(Inbound& inbound) {
  const BareJid& own = inbound.resident.jid();
  remove_where(inbound.stanza, [&](const xml::Element& child) { return is_stamp_of(child, own); });
  return Flow::go_on;
}

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

}  // namespace

const ModuleInfo& ArchiveModule::info() const {
  static const ModuleInfo info{"archive",
                               "Messages are kept and can be asked for from any device.",
                               {{59, "1.0", "Result Set Management", "archives are not paged by index"},
                                {313, "1.1.3", "Message Archive Management", "preferences (XEP-0441) are left out"},
                                {334, "1.0.0", "Message Processing Hints", ""},
                                {359, "0.7.0", "Unique and Stable Stanza IDs", ""}},
                               {ns::hints, ns::stanza_id},
                               {ns::mam, ns::mam_extended, ns::stanza_id}};
  return info;
}

void ArchiveModule::attach(ModuleContext& context) {
  context_ = &context;
  context.on_outbound(Phase::rewrite, StanzaKind::message, remove_forged);
  context.on_inbound(Phase::rewrite, StanzaKind::message, remove_foreign_stamps);
  context.on_outbound(Phase::archive, StanzaKind::message,
                      [this](Outbound& outbound) { return archive_sent(outbound); });
  context.on_inbound(Phase::archive, StanzaKind::message,
                     [this](Inbound& inbound) { return archive_received(inbound); });
  context.on(&Hooks::at_nobody, [this](const HostPtr& host, const Stanza& message, const ReceiptPtr&) {
    const bool is_archivable =
        message.kind == StanzaKind::message && is_worth_keeping(message, Keeper::account_archive);
    return is_archivable ? refuse_full(*host->tenant, message) : Flow::go_on;
  });
  context.on_iq(IqTarget::own_account, StanzaType::set, "query", ns::mam, [this](const IqRequest& iq) {
    answer_archive_query(std::make_shared<Reader>(*context_, iq, store(*iq.host->tenant)), iq.query);
  });
  context.on_iq(IqTarget::own_account, StanzaType::get, "query", ns::mam,
                [this](const IqRequest& iq) { context_->reply(iq.stanza, make_mam_form()); });
  context.on_iq(IqTarget::own_account, StanzaType::get, "metadata", ns::mam, [this](const IqRequest& iq) {
    answer_archive_metadata(std::make_shared<Reader>(*context_, iq, store(*iq.host->tenant)));
  });
  context.on(&Hooks::account_removed, [this](const HostPtr& host, const BareJid& jid, const ReceiptPtr&) {
    store(*host->tenant).remove_all(jid.str());
  });
}

Flow ArchiveModule::refuse_for_disk(const Stanza& message) {
  const auto may = context_->disk().check_addition();
  if (may) return Flow::go_on;
  context_->reply_error(message, may.error());
  return Flow::stop;
}

Flow ArchiveModule::refuse_full(const Tenant& tenant, const Stanza& message) {
  if (refuse_for_disk(message) == Flow::stop) return Flow::stop;
  const int64_t limit = tenant.limits().archive_bytes;
  if (limit < 0 || tenant.meter->archive_bytes.load(std::memory_order_relaxed) < limit) return Flow::go_on;
  context_->reply_error(message,
                        {ErrorKind::resource_constraint,
                         "The archive of " + tenant.domain() + " is full (its plan keeps " + std::to_string(limit) +
                             " bytes). The owner can remove old messages or take a larger plan."});
  return Flow::stop;
}

ArchiveModule::Kept ArchiveModule::write(const Resident& account, const Jid& with, const Stanza& message) {
  const store::Arrival arrival = context_->make_arrival();
  store::ArchiveRow row{arrival.id, std::string(with.bare_view()), {}, arrival.at_ms};
  message.write(row.bytes, true);
  account.tenant().meter->archive_bytes.fetch_add(static_cast<int64_t>(row.bytes.size()), std::memory_order_relaxed);
  return {store(account.tenant()).append(account.jid().str(), row), row.id};
}

Flow ArchiveModule::archive_sent(Outbound& outbound) {
  const Stanza& message = outbound.stanza;
  if (message.to->bare_view() == outbound.resident.jid().str()) return Flow::go_on;  // once is enough
  if (!is_worth_keeping(message, Keeper::account_archive)) {
    // The offline queue may keep it all the same (XEP-0334, no-permanent-store).
    return is_worth_keeping(message, Keeper::offline_queue) ? refuse_for_disk(message) : Flow::go_on;
  }
  if (refuse_full(outbound.resident.tenant(), message) == Flow::stop) return Flow::stop;
  const Kept kept = write(outbound.resident, *message.to, message);
  await(outbound.receipt, kept.lsn);
  outbound.gate = kept.lsn;
  outbound.archived = kept.id;
  return Flow::go_on;
}

Flow ArchiveModule::archive_received(Inbound& inbound) {
  Stanza& message = inbound.stanza;
  if (!is_worth_keeping(message, Keeper::account_archive)) return Flow::go_on;
  if (refuse_full(inbound.resident.tenant(), message) == Flow::stop) return Flow::stop;
  // One message has one id, in however many stanzas it arrives (XEP-0313 section 6.1.1).
  const bool is_kept = inbound.delivery && inbound.delivery->archived != store::ArchiveId::none;
  const Kept kept = is_kept ? Kept{inbound.delivery->gate, inbound.delivery->archived}
                            : write(inbound.resident, *message.from, message);
  await(inbound.receipt, kept.lsn);
  inbound.gate = kept.lsn;
  message.stamp(context_->archive_ids().make_stamp(kept.id, inbound.resident.jid()));
  if (inbound.delivery) {
    inbound.delivery->gate = kept.lsn;
    inbound.delivery->archived = kept.id;
  }
  return Flow::go_on;
}

}  // namespace teahouse
