#include "modules/muc/archive.h"

#include <algorithm>

#include "modules/muc/archive_row.h"
#include "server/archive_query.h"
#include "server/home.h"
#include "xml/writer.h"
#include "xmpp/mam.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {
namespace {

// What an answer needs when the room may be gone.
struct Asked {
  Stanza request;
  BareJid room;
  store::ArchiveStore archive;
  std::shared_ptr<Traffic> traffic;
  Home* home;
  bool sees_addresses;

  void fail(Error error) const { traffic->answer(make_error(request, error)); }
};

Asked make_asked(const Room& room, const Stanza& stanza) {
  const bool sees = room.config.non_anonymous || room.standing_of(*stanza.from).role == Role::moderator ||
                    room.affiliation_of(stanza.from->bare()) >= Affiliation::admin;
  return {stanza, room.jid(), room.storage().archive(), room.traffic(), &room.home(), sees};
}

Result<store::ArchiveQuery> make_query(const Asked& asked, const MamQuery& query) {
  auto rows = make_archive_query(query, *asked.home);
  if (!rows || !rows->with) return rows;
  if (query.with->bare_view() == asked.room.str()) {
    rows->with.reset();  // all of it is the room's, and a nick's as the rows themselves say
  } else if (!asked.sees_addresses) {
    return Error{ErrorKind::forbidden, "This room hides who said what."};
  }
  return rows;
}

// The archived message; with its sender's address for those who may see it (section 5.1.2).
std::string make_message(const store::ArchiveRow& row, const Asked& asked) {
  if (!asked.sees_addresses || row.with == asked.room.str()) return row.bytes;
  auto stanza = read_row(row);
  if (!stanza) return row.bytes;
  std::string stamp;
  xml::Writer writer(stamp);
  writer.open("x", ns::muc_user).open("item").attribute("jid", row.with).close().close();
  stanza->stamp(stamp);
  std::string out;
  stanza->write(out, true);
  return out;
}

void send_results(const Asked& asked, const MamQuery& query, const store::ArchivePage& page) {
  const auto send = [&](const store::ArchiveRow& row) {
    Stanza message = Stanza::make(
        StanzaKind::message, StanzaType::none,
        make_mam_result(query.queryid, asked.home->archive_ids().show(row.id), row.at_ms, make_message(row, asked)));
    message.from = asked.room;
    message.to = asked.request.from;
    asked.traffic->send(std::move(message));
  };
  if (query.flip_page) {
    std::for_each(page.rows.rbegin(), page.rows.rend(), send);
  } else {
    std::for_each(page.rows.begin(), page.rows.end(), send);
  }
  asked.traffic->send(
      Stanza::make_reply(asked.request, StanzaType::result,
                         make_mam_fin(make_rsm_answer(page, asked.home->archive_ids()), page.complete)));
}

Task<void> load_results(Asked asked, MamQuery query, store::ArchiveQuery rows) {
  const bool only_count = rows.rows_max == 0;
  if (only_count) rows.rows_max = 1;
  auto page = co_await load_archive_page(*asked.home, asked.archive, asked.room.str(), rows);
  if (!page) {
    asked.fail(page.error());
    co_return;
  }
  if (only_count) {
    page->complete = page->rows.empty();
    page->rows.clear();
  }
  send_results(asked, query, *page);
}

Task<void> load_metadata(Asked asked) {
  auto ends = co_await asked.archive.ends(asked.home->loop(), asked.room.str());
  if (!ends) {
    asked.fail(ends.error());
    co_return;
  }
  std::optional<MamEnd> first, last;
  if (*ends) {
    const ArchiveIds& ids = asked.home->archive_ids();
    first = MamEnd{ids.show((*ends)->first.id), (*ends)->first.at_ms};
    last = MamEnd{ids.show((*ends)->last.id), (*ends)->last.at_ms};
  }
  asked.traffic->send(Stanza::make_reply(asked.request, StanzaType::result, make_mam_metadata(first, last)));
}

bool refuse(Room& room, const Stanza& stanza) {
  if (room.may_look_inside(*stanza.from)) return false;
  room.reply_error(stanza, {ErrorKind::forbidden, "You may not read what was said in this room."});
  return true;
}

}  // namespace

void answer_archive_form(Room& room, const Stanza& stanza, const xml::Element&) {
  if (!refuse(room, stanza)) room.reply(stanza, make_mam_form());
}

void answer_archive_query(Room& room, const Stanza& stanza, const xml::Element& element) {
  if (refuse(room, stanza)) return;
  auto query = parse_mam_query(element);
  if (!query) return room.reply_error(stanza, query.error());
  Asked asked = make_asked(room, stanza);
  auto rows = make_query(asked, *query);
  if (!rows) return room.reply_error(stanza, rows.error());
  spawn(load_results(std::move(asked), std::move(*query), std::move(*rows)));
}

void answer_archive_metadata(Room& room, const Stanza& stanza, const xml::Element&) {
  if (!refuse(room, stanza)) spawn(load_metadata(make_asked(room, stanza)));
}

}  // namespace teahouse::muc
