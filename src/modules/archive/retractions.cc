#include "modules/archive/retractions.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr size_t page_rows = 100, page_bytes = 256 * 1024;
constexpr int64_t looking_ms_max = 60'000;  // so long the account stays in memory at least

std::string_view retracted_id(const Stanza& message) {
  const auto retract = message.child("retract", ns::message_retract);
  return retract ? retract->attribute("id").value_or("") : std::string_view();
}

// A message is known by its id, and by its origin-id to those who wrote one.
bool has_id(const Stanza& message, std::string_view id) {
  if (message.id == id) return true;
  const auto origin = message.child("origin-id", ns::stanza_id);
  return origin && origin->attribute("id") == id;
}

// The tombstone names author, recipient and time, and nothing of what was said.
Stanza make_tombstone(const Stanza& said, const std::string& retraction_id, int64_t now_ms) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("retracted", ns::message_retract);
  if (!retraction_id.empty()) writer.attribute("id", retraction_id);
  writer.attribute("stamp", format_time(now_ms)).close();
  Stanza tombstone = Stanza::make(StanzaKind::message, said.type, std::move(payload));
  tombstone.from = said.from;
  tombstone.to = said.to;
  tombstone.id = said.id;
  return tombstone;
}

}  // namespace

bool Retractions::is_one(const Stanza& message) {
  const bool is_between_two = message.type == StanzaType::chat || message.type == StanzaType::none;
  return is_between_two && message.from && message.to && !retracted_id(message).empty();
}

void Retractions::begin(Resident& account, const Stanza& message) {
  const std::string& own = account.jid().str();
  const bool is_sent = message.from->bare_view() == own;
  const Jid& other = is_sent ? *message.to : *message.from;
  // One who is in a room with others takes back what was said by that nick alone.
  const bool is_in_room = !is_sent && context_.kind_of(message.from->domainpart()) == HostKind::rooms;
  std::deque<Asked>& line = asked_[own];
  if (line.size() >= asked_max) return;
  account.stay_until(context_.clock().monotonic_ms() + looking_ms_max);
  line.push_back({account.host(), account.jid(), account.incarnation(), std::string(other.bare_view()),
                  std::string(retracted_id(message)), message.id,
                  is_in_room ? *message.from : Jid(message.from->bare())});
  if (line.size() == 1) spawn(carry_out(*this, own));
}

Task<void> Retractions::carry_out(Retractions& self, std::string account) {
  while (true) {
    const auto line = self.asked_.find(account);
    if (line->second.empty()) {
      self.asked_.erase(line);
      co_return;
    }
    const Asked asked = line->second.front();
    const auto said = co_await find(self, asked);
    const Resident* resident = self.context_.find_resident(*asked.host->tenant, account);
    // Another may have the name by now, and nothing is written for nobody.
    if (said && resident && resident->incarnation() == asked.incarnation) {
      const Lsn buried = self.bury(*resident, asked, *said);
      const auto on_disk =
          co_await self.context_.wait(self.context_.loop(), buried);  // the next one reads what is there
      if (!on_disk) log::warning("archive", on_disk.error().text);
    }
    self.asked_.find(account)->second.pop_front();
  }
}

Task<std::optional<Retractions::Said>> Retractions::find(Retractions& self, Asked asked) {
  const store::ArchiveStore archive = self.context_.archive(*asked.host->tenant, "archive");
  store::ArchiveQuery query;
  query.with = asked.with;
  query.backwards = true;
  query.rows_max = page_rows;
  query.bytes_enough = page_bytes;
  query.counted = false;
  for (size_t looked = 0; looked < rows_looked_max;) {
    const auto page = co_await archive.page(self.context_.loop(), asked.account.str(), query);
    if (!page || page->rows.empty()) co_return std::nullopt;
    for (auto row = page->rows.rbegin(); row != page->rows.rend(); ++row) {
      if (auto said = read(*row, asked)) co_return said;
    }
    if (page->complete) co_return std::nullopt;
    looked += page->rows.size();
    query.page_before = page->rows.front().id;
  }
  co_return std::nullopt;
}

std::optional<Retractions::Said> Retractions::read(const store::ArchiveRow& row, const Asked& asked) {
  auto message = Stanza::parse_stored(row.bytes);
  if (!message || !message->from || !has_id(*message, asked.id)) return std::nullopt;
  const bool is_own =
      asked.author.is_full() ? *message->from == asked.author : message->from->bare_view() == asked.author.str();
  if (!is_own || message->child("retracted", ns::message_retract)) return std::nullopt;
  return Said{row, std::move(*message)};
}

Lsn Retractions::bury(const Resident& account, const Asked& asked, const Said& said) const {
  const store::ArchiveStore archive = context_.archive(account.tenant(), "archive");
  const Stanza tombstone = make_tombstone(said.message, asked.retraction_id, context_.clock().wall_ms());
  store::ArchiveRow row{said.row.id, said.row.with, {}, said.row.at_ms};
  tombstone.write(row.bytes, true);
  archive.remove(account.jid().str(), row.id);
  const Lsn lsn = archive.append(account.jid().str(), row);
  const auto less = static_cast<int64_t>(said.row.bytes.size()) - static_cast<int64_t>(row.bytes.size());
  account.tenant().meter->archive_bytes.fetch_sub(less, std::memory_order_relaxed);
  const bool is_author = asked.author.str() == account.jid().str();
  if (is_author) context_.tell_retracted({account.host(), account.jid(), true, said.message});
  return lsn;
}

}  // namespace teahouse
