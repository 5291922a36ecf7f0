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

Error too_many() {
  return {ErrorKind::resource_constraint,
          "Too many messages are being taken back from this account already: its archive keeps this one. Send the "
          "retraction again later."};
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
  if (!is_between_two || !message.from || !message.to || message.id.size() > id_bytes_max) return false;
  const std::string_view id = retracted_id(message);
  return !id.empty() && id.size() <= id_bytes_max;
}

Result<void> Retractions::begin(Resident& account, const Stanza& message) {
  const std::string& own = account.jid().str();
  const bool is_sent = message.from->bare_view() == own;
  const Jid& other = is_sent ? *message.to : *message.from;
  // One who is in a room with others takes back what was said by that nick alone.
  const bool is_in_room = !is_sent && context_.kind_of(message.from->domainpart()) == HostKind::rooms;
  Asked asked{account.host(),
              account.jid(),
              account.incarnation(),
              std::string(other.bare_view()),
              std::string(retracted_id(message)),
              message.id,
              is_in_room ? *message.from : Jid(message.from->bare()),
              *message.from,
              message.type,
              is_in_room};
  const auto [line, is_first] = lines_.try_emplace(own);
  if (is_sent) {
    const auto may = wait_in(line->second.own, std::move(asked));
    if (!may) return may;
  } else {
    const auto may = wait_in(line->second, author_of(*message.from), std::move(asked));
    if (!may && !is_in_room) return may;
  }
  account.stay_until(context_.clock().monotonic_ms() + looking_ms_max);
  if (is_first) spawn(carry_out(*this, own));
  return {};
}

// At a domain that is no tenant's own anybody may have any number of names.
std::string Retractions::author_of(const Jid& from) const {
  const auto kind = context_.kind_of(from.domainpart());
  const bool has_names = kind == HostKind::accounts || kind == HostKind::rooms;
  return std::string(has_names ? from.bare_view() : from.domainpart());
}

Result<void> Retractions::wait_in(std::deque<Asked>& own, Asked asked) {
  if (own.size() >= own_max) {
    return Error{ErrorKind::resource_constraint,
                 "This account takes back " + std::to_string(own_max) +
                     " messages already, one after the other. Send this again when they are done."};
  }
  own.push_back(std::move(asked));
  return {};
}

Result<void> Retractions::wait_in(Line& line, const std::string& author, Asked asked) {
  const auto known = line.others.find(author);
  const size_t of_author = known == line.others.end() ? 0 : known->second.size();
  if (of_author >= author_max) return too_many();
  if (line.others_count >= others_max) {
    const auto crowd = std::max_element(line.others.begin(), line.others.end(),
                                        [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
    if (crowd->second.size() <= of_author + 1) return too_many();
    tell_displaced(crowd->second.back());
    crowd->second.pop_back();
    --line.others_count;
  }
  line.others[author].push_back(std::move(asked));
  ++line.others_count;
  return {};
}

void Retractions::tell_displaced(const Asked& asked) const {
  if (asked.is_through_room) return;
  Stanza cause = Stanza::make(StanzaKind::message, asked.type, {});
  cause.id = asked.retraction_id;
  cause.from = asked.sender;
  cause.to = asked.account;
  context_.route(make_error(cause, too_many()));
}

// REQUIRES: one waits.
Retractions::Asked Retractions::take_next(Line& line) {
  line.was_own = !line.own.empty() && (line.others.empty() || !line.was_own);
  if (line.was_own) {
    Asked asked = std::move(line.own.front());
    line.own.pop_front();
    return asked;
  }
  auto author = line.others.upper_bound(line.last);
  if (author == line.others.end()) author = line.others.begin();
  line.last = author->first;
  Asked asked = std::move(author->second.front());
  author->second.pop_front();
  if (author->second.empty()) line.others.erase(author);
  --line.others_count;
  return asked;
}

Task<void> Retractions::carry_out(Retractions& self, std::string account) {
  while (true) {
    const auto line = self.lines_.find(account);
    if (line->second.own.empty() && line->second.others.empty()) {
      self.lines_.erase(line);
      co_return;
    }
    const Asked asked = take_next(line->second);
    const auto said = co_await find(self, asked);
    const Resident* resident = self.context_.find_resident(*asked.host->tenant, account);
    // Another may have the name by now, and nothing is written for nobody.
    if (!said || !resident || resident->incarnation() != asked.incarnation) continue;
    const Lsn buried = self.bury(*resident, asked, *said);
    const auto on_disk = co_await self.context_.wait(self.context_.loop(), buried);  // the next one reads what is there
    if (!on_disk) log::warning("archive", on_disk.error().text);
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
    for (size_t at = page->rows.size(); at-- > 0;) {
      if (auto said = read(page->rows[at], asked)) co_return said;
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
