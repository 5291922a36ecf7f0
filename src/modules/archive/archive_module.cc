#include "modules/archive/archive_module.h"

#include "server/archive_query.h"
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

void ArchiveModule::attach(Home& home) {
  home_ = &home;
  Hooks& hooks = home.hooks();
  hooks.on_outbound(Phase::rewrite, StanzaKind::message, remove_forged);
  hooks.on_inbound(Phase::rewrite, StanzaKind::message, remove_foreign_stamps);
  hooks.on_outbound(Phase::archive, StanzaKind::message, [this](Outbound& outbound) { return archive_sent(outbound); });
  hooks.on_inbound(Phase::archive, StanzaKind::message, [this](Inbound& inbound) { return archive_received(inbound); });
  hooks.at_nobody.push_back([this](const HostPtr& host, const Stanza& message, const ReceiptPtr&) {
    const bool is_archivable =
        message.kind == StanzaKind::message && is_worth_keeping(message, Keeper::account_archive);
    return is_archivable ? refuse_full(*host->tenant, message) : Flow::go_on;
  });
  hooks.on_iq(IqTarget::own_account, StanzaType::set, "query", ns::mam, [this](const IqRequest& iq) { query(iq); });
  hooks.on_iq(IqTarget::own_account, StanzaType::get, "query", ns::mam,
              [this](const IqRequest& iq) { home_->reply(iq.stanza, make_mam_form()); });
  hooks.on_iq(IqTarget::own_account, StanzaType::get, "metadata", ns::mam, [this](const IqRequest& iq) {
    spawn(answer_metadata(*this, iq.host->tenant, iq.resident->jid(), iq.stanza));
  });
  hooks.account_removed.push_back([this](const HostPtr& host, const BareJid& jid, const ReceiptPtr&) {
    store(*host->tenant).remove_all(jid.str());
  });
}

Flow ArchiveModule::refuse_for_disk(const Stanza& message) {
  const auto may = home_->data().health().check_addition();
  if (may) return Flow::go_on;
  home_->reply_error(message, may.error());
  return Flow::stop;
}

Flow ArchiveModule::refuse_full(const Tenant& tenant, const Stanza& message) {
  if (refuse_for_disk(message) == Flow::stop) return Flow::stop;
  const int64_t limit = tenant.limits().archive_bytes;
  if (limit < 0 || tenant.meter->archive_bytes.load(std::memory_order_relaxed) < limit) return Flow::go_on;
  home_->reply_error(message,
                     {ErrorKind::resource_constraint,
                      "The archive of " + tenant.domain() + " is full (its plan keeps " + std::to_string(limit) +
                          " bytes). The owner can remove old messages or take a larger plan."});
  return Flow::stop;
}

ArchiveModule::Kept ArchiveModule::write(const Resident& account, const Jid& with, const Stanza& message) {
  const store::Arrival arrival = home_->make_arrival();
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
  message.stamp(home_->archive_ids().make_stamp(kept.id, inbound.resident.jid()));
  if (inbound.delivery) {
    inbound.delivery->gate = kept.lsn;
    inbound.delivery->archived = kept.id;
  }
  return Flow::go_on;
}

void ArchiveModule::query(const IqRequest& request) {
  auto query = parse_mam_query(request.query);
  if (!query) {
    home_->reply_error(request.stanza, query.error());
    return;
  }
  spawn(answer(*this, request.host->tenant, request.resident->jid(), request.session->number(), request.stanza,
               std::move(*query)));
}

Task<void> ArchiveModule::answer(ArchiveModule& self, TenantPtr tenant, BareJid account, uint64_t session,
                                 Stanza request, MamQuery query) {
  const auto archive_query = make_archive_query(query, *self.home_);
  if (!archive_query) {
    self.home_->reply_error(request, archive_query.error());
    co_return;
  }
  const auto page = co_await load_archive_page(*self.home_, self.store(*tenant), account.str(), *archive_query);
  Session* receiver = self.home_->find_session(session);
  if (!receiver) co_return;
  if (!page) {
    self.home_->reply_error(request, page.error());
    co_return;
  }
  const auto send = [&](const store::ArchiveRow& row) {
    Stanza message =
        Stanza::make(StanzaKind::message, StanzaType::none,
                     make_mam_result(query.queryid, self.home_->archive_ids().show(row.id), row.at_ms, row.bytes));
    message.from = account;
    message.to = request.from;
    receiver->deliver(std::move(message));
  };
  if (query.flip_page) {
    std::for_each(page->rows.rbegin(), page->rows.rend(), send);
  } else {
    std::for_each(page->rows.begin(), page->rows.end(), send);
  }
  receiver->deliver(Stanza::make_reply(
      request, StanzaType::result, make_mam_fin(make_rsm_answer(*page, self.home_->archive_ids()), page->complete)));
}

Task<void> ArchiveModule::answer_metadata(ArchiveModule& self, TenantPtr tenant, BareJid account, Stanza request) {
  const auto ends = co_await self.store(*tenant).ends(self.home_->loop(), account.str());
  if (!ends) {
    self.home_->reply_error(request, ends.error());
  } else if (ends->has_value()) {
    const auto end = [&](const store::ArchiveStore::Ends::End& row) {
      return MamEnd{self.home_->archive_ids().show(row.id), row.at_ms};
    };
    self.home_->reply(request, make_mam_metadata(end((*ends)->first), end((*ends)->last)));
  } else {
    self.home_->reply(request, make_mam_metadata(std::nullopt, std::nullopt));
  }
}

}  // namespace teahouse
