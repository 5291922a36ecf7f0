#include "tests/simulator/archive_client.h"

#include "tests/simulator/attribute.h"
#include "tests/simulator/device.h"
#include "xmpp/namespaces.h"

namespace teahouse::simulator {
namespace {

constexpr size_t page_rows = 20;

}  // namespace

void ArchiveClient::begin_anew() {
  last_id_.clear();
  had_.clear();
}

void ArchiveClient::catch_up() {
  asks_ = true;
  asks_everything_ = false;
  of_.clear();
  page_id_ = last_id_;
  ask();
}

void ArchiveClient::fetch() { begin_fetch({}); }
void ArchiveClient::fetch_of(const std::string& room) { begin_fetch(room); }

void ArchiveClient::begin_fetch(const std::string& of) {
  asks_ = asks_everything_ = true;
  is_whole_ = false;
  of_ = of;
  whole_.clear();
  page_id_.clear();
  ask();
}

void ArchiveClient::ask() {
  page_.clear();
  ++query_;
  const std::string id = std::to_string(query_);
  const std::string to = of_.empty() ? "" : " to='" + of_ + "'";
  const std::string after = page_id_.empty() ? "" : "<after>" + page_id_ + "</after>";
  device_.send_stanza("<iq type='set' id='q" + id + "'" + to + "><query xmlns='urn:xmpp:mam:2' queryid='" + id +
                      "'><set xmlns='http://jabber.org/protocol/rsm'><max>" + std::to_string(page_rows) + "</max>" +
                      after + "</set></query></iq>");
}

bool ArchiveClient::take(const xml::Element& stanza) {
  if (stanza.name() == "message") {
    const auto result = stanza.child("result", ns::mam);
    if (result) take_result(*result);
    return result.has_value();
  }
  const bool is_mine = stanza.name() == "iq" && attribute(stanza, "id") == "q" + std::to_string(query_);
  if (is_mine && asks_) take_page_end(stanza);
  return is_mine;
}

void ArchiveClient::take_result(const xml::Element& result) {
  if (attribute(result, "queryid") != std::to_string(query_)) return;  // of a query that was given up
  const auto forwarded = result.child("forwarded", ns::forward);
  const auto message = forwarded ? forwarded->child("message", ns::client) : std::nullopt;
  if (!message) return scene_.book.violate("an archive of " + device_.name() + " has something without a message");
  page_id_ = attribute(result, "id");
  if (const std::string body = message->child_text("body", ns::client); !body.empty()) page_.push_back(body);
}

void ArchiveClient::take_page_end(const xml::Element& iq) {
  const auto fin = iq.child("fin", ns::mam);
  if (!fin) {
    device_.note("an archive can't be read now");
    asks_ = false;
    return;
  }
  auto& pages = asks_everything_ ? whole_ : had_;
  pages.insert(pages.end(), page_.begin(), page_.end());
  if (!asks_everything_) last_id_ = page_id_;
  if (attribute(*fin, "complete") != "true") return ask();
  asks_ = false;
  is_whole_ = true;
  device_.note("has read an archive");
}

}  // namespace teahouse::simulator
