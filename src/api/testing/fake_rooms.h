// FakeRooms: rooms as far as the API sees them, in memory; FakeArchive: what modules/archive does, in a few lines. For
// tests.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "server/archive_space.h"
#include "server/home.h"
#include "server/module_context.h"
#include "server/rooms.h"
#include "xmpp/jid.h"

namespace teahouse::api::testing {

class FakeRooms final : public Rooms {
 public:
  Task<Result<Put>> put(Executor&, TenantPtr tenant, std::string id, RoomChange change) override {
    const std::lock_guard lock(mutex_);
    const bool created = !rooms_.contains({tenant->id, id});
    RoomInfo& room = rooms_[{tenant->id, id}].info;
    room.id = id;
    room.jid = id + "@" + std::string(tenant->domain_of(HostKind::rooms));
    room.name = change.name.value_or(room.name);
    room.members_only = change.members_only.value_or(room.members_only);
    room.moderated = change.moderated.value_or(room.moderated);
    for (const std::string& member : change.members.value_or(std::vector<std::string>()))
      room.members.push_back(member);
    co_return Put{room, created};
  }
  Task<Result<RoomInfo>> find(Executor&, TenantPtr tenant, std::string id) override {
    const std::lock_guard lock(mutex_);
    const auto found = rooms_.find({tenant->id, id});
    if (found == rooms_.end()) co_return no_room();
    co_return found->second.info;
  }
  Task<Result<RoomPage>> list(Executor&, TenantPtr tenant, std::string cursor, size_t rows_max) override {
    const std::lock_guard lock(mutex_);
    RoomPage page;
    for (const auto& [key, room] : rooms_) {
      if (key.first != tenant->id || key.second <= cursor) continue;
      if (page.rooms.size() == rows_max) {
        page.next_cursor = page.rooms.back().id;
        break;
      }
      page.rooms.push_back(room.info);
    }
    co_return page;
  }
  Task<Result<void>> remove(Executor&, TenantPtr tenant, std::string id) override {
    const std::lock_guard lock(mutex_);
    if (rooms_.erase({tenant->id, id}) == 0) co_return no_room();
    co_return Result<void>();
  }
  Task<Result<void>> set_member(Executor&, TenantPtr tenant, std::string id, std::string user,
                                std::string affiliation) override {
    const std::lock_guard lock(mutex_);
    const auto found = rooms_.find({tenant->id, id});
    if (found == rooms_.end()) co_return no_room();
    std::erase(found->second.info.members, user);
    std::erase(found->second.info.outcasts, user);
    if (affiliation == "outcast") {
      found->second.info.outcasts.push_back(user);
    } else if (affiliation != "none") {
      found->second.info.members.push_back(user);
    }
    co_return Result<void>();
  }
  Task<Result<store::ArchiveId>> say(Executor&, TenantPtr tenant, std::string id, Speech speech) override {
    const std::lock_guard lock(mutex_);
    const auto found = rooms_.find({tenant->id, id});
    if (found == rooms_.end()) co_return no_room();
    auto& rows = found->second.rows;
    const auto row_id =
        static_cast<store::ArchiveId>(static_cast<uint64_t>(store::first_id_at(1'700'000'000'000)) + rows.size());
    const std::string sender = speech.user.empty() ? found->second.info.jid : speech.user + "@" + tenant->domain();
    rows.push_back({row_id, sender,
                    "<message xmlns='jabber:client' type='groupchat' id='" + speech.id + "' from='" +
                        found->second.info.jid + "/" + speech.name +
                        "'><occupant-id xmlns='urn:xmpp:occupant-id:0' id='" + speech.user + "/" +
                        std::to_string(speech.incarnation) + "'/>" + speech.payload + "</message>",
                    store::time_ms(row_id)});
    co_return row_id;
  }
  Task<Result<void>> retract(Executor&, TenantPtr tenant, std::string id, store::ArchiveId message,
                             std::string) override {
    const std::lock_guard lock(mutex_);
    const auto found = rooms_.find({tenant->id, id});
    if (found == rooms_.end()) co_return no_room();
    const size_t went = std::erase_if(found->second.rows, [&](const auto& row) { return row.id == message; });
    if (went == 0) co_return Error{ErrorKind::item_not_found, "There is no such message."};
    co_return Result<void>();
  }
  Task<Result<store::ArchivePage>> messages(Executor&, TenantPtr tenant, std::string id,
                                            store::ArchiveQuery query) override {
    const std::lock_guard lock(mutex_);
    const auto found = rooms_.find({tenant->id, id});
    if (found == rooms_.end()) co_return no_room();
    store::ArchivePage page;
    page.complete = true;
    const std::vector<store::ArchiveRow>& rows = found->second.rows;
    for (size_t i = rows.size(); i-- > 0;) {
      const store::ArchiveRow& row = rows[i];
      if (query.page_before && row.id >= *query.page_before) continue;
      if (query.matches && !query.matches(row.bytes)) continue;
      if (page.rows.size() == query.rows_max) {
        page.complete = false;
        break;
      }
      page.rows.insert(page.rows.begin(), row);
    }
    co_return page;
  }
  Result<std::string> occupant_id(const Tenant&, const std::string&, const std::string& localpart,
                                  int64_t incarnation) const override {
    return localpart + "/" + std::to_string(incarnation);
  }
  Task<Result<std::vector<std::string>>> occupants(Executor&, TenantPtr, std::string) override {
    co_return std::vector<std::string>();
  }

 private:
  struct Room {
    RoomInfo info;
    std::vector<store::ArchiveRow> rows;
  };
  static Error no_room() { return {ErrorKind::item_not_found, "There is no such room."}; }
  std::mutex mutex_;
  std::map<std::pair<TenantId, std::string>, Room> rooms_;
};

class FakeArchive final : public Module {
 public:
  const ModuleInfo& info() const override {
    static const ModuleInfo info{.name = "archive", .summary = "For tests."};
    return info;
  }
  void attach(ModuleContext& context) override {
    context_ = &context;
    context.on_outbound(OutboundPhase::archive, StanzaKind::message, [this](Outbound& outbound) {
      const auto may =
          check_archive_space(outbound.resident.tenant(), context_->disk(), outbound.resident.jid().domainpart());
      if (!may) {
        context_->refuse(outbound.stanza, outbound.ticket, may.error());
        return Flow::stop;
      }
      write(outbound.resident, *outbound.stanza.to, outbound.stanza, outbound.ticket);
      return Flow::go_on;
    });
    context.on_inbound(InboundPhase::archive, StanzaKind::message, [this](Inbound& inbound) {
      const auto may =
          check_archive_space(inbound.resident.tenant(), context_->disk(), inbound.stanza.from->domainpart());
      if (!may) {
        context_->refuse(inbound.stanza, inbound.ticket, may.error());
        return Flow::stop;
      }
      write(inbound.resident, *inbound.stanza.from, inbound.stanza, inbound.ticket);
      note(inbound.ticket, Ended::archived);
      return Flow::go_on;
    });
    context.on(&Hooks::account_removed, [this](const HostPtr& host, const BareJid& jid, const TicketPtr&) {
      context_->archive(*host->tenant, "archive").remove_all(jid.str());
    });
  }

 private:
  void write(const Resident& account, const Jid& with, const Stanza& message, const TicketPtr& ticket) {
    store::ArchiveRow row{context_->make_arrival().id, with.bare().str(), {}};
    message.write(row.bytes, true);
    await(ticket, context_->archive(account.tenant(), "archive").append(account.jid().str(), row));
  }
  ModuleContext* context_ = nullptr;
};

}  // namespace teahouse::api::testing
