// The contacts are the <query/> of a roster; a request that waits is a <presence/> (XEP-0227 section 4.6). A contact
// that is listed, and asks too, is both.
#include "modules/roster/row_form.h"

#include <map>

#include "modules/roster/roster.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

using Rows = transfer::RowForm::Rows;

void write_request(const RosterItem& item, xml::Writer& user) {
  if (!item.request.empty()) {
    user.raw(item.request);
  } else {
    user.open("presence", ns::client).attribute("type", "subscribe").attribute("from", item.jid.str()).close();
  }
}

Result<void> write_roster(const Rows& rows, xml::Writer& user) {
  std::vector<RosterItem> items;
  for (const auto& row : rows) {
    auto item = RosterItem::decode(row.value);
    if (!item) return bad_request("A contact of a roster can't be read: " + row.name);
    items.push_back(std::move(*item));
  }
  const auto is_listed = [](const RosterItem& item) { return item.listed; };
  if (std::any_of(items.begin(), items.end(), is_listed)) {
    user.open("query", ns::roster);
    for (const RosterItem& item : items) {
      if (item.listed) item.write(user);
    }
    user.close();
  }
  for (const RosterItem& item : items) {
    if (item.subscription.pending_in) write_request(item, user);
  }
  return {};
}

// The stanza as a session of the contact sent it, or as it stands alone.
std::optional<RosterItem> read_request(const xml::Element& presence) {
  const std::string_view sender = presence.attribute("from").value_or("");
  const auto from = BareJid::parse(sender.substr(0, sender.find('/')));
  if (!from) return std::nullopt;
  RosterItem item{.jid = *from};
  item.subscription.pending_in = true;
  const bool says_more = presence.child_count() > 0 || presence.attribute("id") || presence.attribute("to");
  if (says_more) item.request = transfer::take_element(presence);
  return item;
}

Result<void> read_contacts(const xml::Element& query, std::map<std::string, RosterItem>& items) {
  Result<void> read;
  size_t bytes = 0;
  query.for_each_child([&](const xml::Element& child) {
    bytes += child.outer().size();
    auto item = RosterItem::decode(transfer::take_element(child));
    if (!item || !child.is("item", ns::roster) || items.size() >= Roster::items_max || bytes > Roster::bytes_max) {
      read = bad_request("A roster has a contact that can't be, or is too large.");
      return;
    }
    item->listed = true;
    item->request.clear();
    item->subscription.pending_in = false;
    const std::string jid = item->jid.str();
    if (!items.emplace(jid, std::move(*item)).second) read = bad_request("A roster has a contact twice: " + jid);
  });
  return read;
}

Result<Rows> read_roster(const xml::Element& user) {
  std::map<std::string, RosterItem> items;
  Result<void> good;
  user.for_each_child([&](const xml::Element& child) {
    if (good && child.is("query", ns::roster)) good = read_contacts(child, items);
  });
  if (!good) return good.error();
  user.for_each_child([&](const xml::Element& child) {
    if (!child.is("presence", ns::client) || child.attribute("type") != "subscribe") return;
    auto request = read_request(child);
    if (!request) {
      good = bad_request("A request to subscribe is from no address.");
      return;
    }
    const auto [item, is_new] = items.emplace(request->jid.str(), *request);
    item->second.subscription.pending_in = true;
    item->second.request = std::move(request->request);
  });
  if (!good) return good.error();
  Rows rows;
  for (const auto& [jid, item] : items) rows.push_back({jid, item.encode()});
  return rows;
}

}  // namespace

transfer::RowForm make_roster_form() { return {"roster", write_roster, read_roster}; }

}  // namespace teahouse
