#include "modules/muc/history.h"

#include <algorithm>

#include "modules/muc/archive_row.h"
#include "server/archive_reader.h"
#include "server/module_context.h"
#include "xml/values.h"
#include "xmpp/date_time.h"
#include "xmpp/delay.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {
namespace {

using Sent = std::function<void(std::vector<Stanza>)>;

std::optional<uint64_t> find_number(const xml::Element& element, std::string_view name) {
  const auto value = xml::parse_integer(element.attribute(name).value_or(""));
  if (!value || *value < 0) return std::nullopt;
  return static_cast<uint64_t>(*value);
}

// Subjects and markers are in the archive too, but history is what was said; so more rows are asked for than are
// needed.
size_t rows_for(size_t stanzas) { return std::min<size_t>(stanzas * 2 + 20, 250); }

std::vector<Stanza> choose(const store::ArchivePage& page, const BareJid& room, const FullJid& to,
                           const HistoryRequest& request, const ArchiveIds& ids) {
  std::vector<Stanza> chosen;
  size_t chars = 0;
  for (auto row = page.rows.rbegin(); row != page.rows.rend() && chosen.size() < request.stanzas_max; ++row) {
    auto stanza = read_row(*row);
    if (!stanza || !stanza->child("body", ns::client)) continue;
    stanza->to = to;
    stanza->stamp(make_delay(room.str(), row->at_ms));
    stanza->stamp(ids.make_stamp(row->id, room));
    std::string written;
    stanza->write(written);
    chars += written.size();
    if (chars > request.chars_max) break;
    chosen.push_back(std::move(*stanza));
  }
  std::reverse(chosen.begin(), chosen.end());
  return chosen;
}

// In place of a history that can't be read now, since none at all would say that nothing was said.
Stanza make_unread(const BareJid& room, const FullJid& to, const Error& error) {
  Stanza unread = Stanza::make(StanzaKind::message, StanzaType::groupchat, {});
  unread.from = to;
  unread.to = room;
  return make_error(unread, error);
}

Task<void> load_history(store::ArchiveStore archive, ModuleContext* context, BareJid room, FullJid to,
                        HistoryRequest request, store::ArchiveQuery query, Sent done) {
  auto page = co_await archive.page(context->loop(), room.str(), query);
  done(page ? choose(*page, room, to, request, context->archive_ids())
            : std::vector{make_unread(room, to, page.error())});
}

}  // namespace

HistoryRequest parse_history(const std::optional<xml::Element>& history, const RoomConfig& config, size_t unasked,
                             int64_t now_ms) {
  HistoryRequest request;
  const size_t most = std::min<size_t>(static_cast<size_t>(std::max<int64_t>(config.max_history, 0)), history_max);
  request.stanzas_max = std::min(unasked, most);
  if (!history) return request;
  const auto stanzas = find_number(*history, "maxstanzas");
  const auto chars = find_number(*history, "maxchars");
  const auto seconds = find_number(*history, "seconds");
  const auto since = history->attribute("since");
  // A client that says how much or how far back gets up to what the room allows; the other conditions narrow it.
  if (stanzas || chars || seconds || since) request.stanzas_max = most;
  if (stanzas) request.stanzas_max = std::min<size_t>(*stanzas, most);
  if (chars) request.chars_max = *chars;
  if (since) request.since_ms = parse_time(*since);
  if (seconds && *seconds < 1'000'000'000) {
    const int64_t from_ms = now_ms - static_cast<int64_t>(*seconds) * 1000;
    request.since_ms = std::max(from_ms, request.since_ms.value_or(from_ms));
  }
  return request;
}

void send_history(Room& room, const FullJid& session, const HistoryRequest& request) {
  if (request.stanzas_max == 0 || request.chars_max == 0 || room.locked) return;
  store::ArchiveQuery query;
  query.backwards = true;
  query.rows_max = rows_for(request.stanzas_max);
  query.bytes_enough = archive_page_bytes;
  query.start_ms = request.since_ms;
  // Messages from now on reach the session live, so the history ends here, even if it is read later.
  query.before_id = room.context().make_arrival().id;
  Sent place = room.traffic()->reserve();
  spawn(load_history(room.storage().archive(), &room.context(), room.jid(), session, request, std::move(query),
                     std::move(place)));
}

}  // namespace teahouse::muc
