#include "modules/roster/roster.h"

#include <cstring>

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr size_t groups_max = 30;
constexpr size_t roster_name_bytes_max = 1023;

void write_attributes(const RosterItem& item, xml::Writer& writer) {
  writer.attribute("jid", item.jid.str());
  if (!item.name.empty()) writer.attribute("name", item.name);
  writer.attribute("subscription", item.subscription.name());
  if (item.subscription.pending_out) writer.attribute("ask", "subscribe");
  if (item.subscription.approved) writer.attribute("approved", "true");
}

void write_groups(const RosterItem& item, xml::Writer& writer) {
  for (const std::string& group : item.groups) writer.leaf("group", group);
}

std::string write_item(const RosterItem& item) {
  std::string xml;
  xml::Writer writer(xml);
  item.write(writer);
  return xml;
}

}  // namespace

void RosterItem::write(xml::Writer& writer) const {
  writer.open("item");
  write_attributes(*this, writer);
  write_groups(*this, writer);
  writer.close();
}

std::string RosterItem::encode() const {
  std::string out;
  xml::Writer writer(out);
  writer.open("item");
  write_attributes(*this, writer);
  if (listed) writer.attribute("listed", "1");
  if (subscription.pending_in) writer.attribute("pending_in", "1");
  write_groups(*this, writer);
  if (!request.empty()) writer.leaf("request", request);
  writer.close();
  return out;
}

std::optional<RosterItem> RosterItem::decode(std::string_view encoded) {
  const auto document = xml::Document::parse_own(SharedBytes(std::string(encoded)));
  if (!document) return std::nullopt;
  const xml::Element root = document->root();
  auto jid = BareJid::parse(root.attribute("jid").value_or(""));
  if (!jid) return std::nullopt;
  RosterItem item{std::move(*jid)};
  item.name = root.attribute("name").value_or("");
  const std::string_view subscription = root.attribute("subscription").value_or("none");
  item.subscription.to = subscription == "to" || subscription == "both";
  item.subscription.from = subscription == "from" || subscription == "both";
  item.subscription.pending_out = root.attribute("ask").has_value();
  item.subscription.pending_in = root.attribute("pending_in").has_value();
  item.subscription.approved = root.attribute("approved").has_value();
  item.listed = root.attribute("listed").has_value();
  root.for_each_child([&](const xml::Element& child) {
    if (child.name() == "group") item.groups.push_back(child.text());
    if (child.name() == "request") item.request = child.text();
  });
  return item;
}

RosterItem* Roster::find(const BareJid& jid) {
  const auto found = items_.find(jid.str());
  return found == items_.end() ? nullptr : &found->second;
}

RosterItem& Roster::item(const BareJid& jid) { return items_.try_emplace(jid.str(), RosterItem{jid}).first->second; }

void Roster::forget(const BareJid& jid) {
  if (const auto listed = listed_.find(jid.str()); listed != listed_.end()) {
    for (size_t i = 0; i < sum_.size(); ++i) sum_[i] -= listed->second.digest[i];
    bytes_ -= listed->second.bytes;
    listed_.erase(listed);
  } else if (unlisted_.erase(jid.str()) > 0) {
    const auto requests = requests_.find(jid.domainpart());
    if (--requests->second == 0) requests_.erase(requests);
  }
}

void Roster::changed(const RosterItem& item) {
  forget(item.jid);
  if (!item.listed) {
    unlisted_.insert(item.jid.str());
    ++requests_[std::string(item.jid.domainpart())];
    return;
  }
  const std::string xml = write_item(item);
  const std::string hash = crypto::sha256(xml);
  Listed& listed = listed_[item.jid.str()];
  std::memcpy(listed.digest.data(), hash.data(), sizeof(Digest));
  listed.bytes = xml.size();
  for (size_t i = 0; i < sum_.size(); ++i) sum_[i] += listed.digest[i];
  bytes_ += listed.bytes;
}

void Roster::remove(const BareJid& jid) {
  forget(jid);
  items_.erase(jid.str());
}

void Roster::add(RosterItem item) {
  std::string key = item.jid.str();
  changed(items_.insert_or_assign(std::move(key), std::move(item)).first->second);
}

bool Roster::has_room(const RosterItem& wanted) const {
  const auto known = listed_.find(wanted.jid.str());
  if (known == listed_.end() && full()) return false;
  const size_t before = known == listed_.end() ? 0 : known->second.bytes;
  const size_t after = write_item(wanted).size();
  return after <= before || bytes_ - before + after <= bytes_max;
}

std::string Roster::version() const {
  std::string bytes(sizeof(Digest), '\0');
  std::memcpy(bytes.data(), sum_.data(), bytes.size());
  return crypto::to_hex(bytes);
}

Result<RosterSet> parse_roster_set(const xml::Element& query) {
  const auto item = query.child("item", ns::roster);
  if (!item || query.child_count() != 1) { return Error{ErrorKind::bad_request, "A roster set has exactly one item."}; }
  auto jid = BareJid::parse(item->attribute("jid").value_or(""));
  if (!jid) return Error{ErrorKind::bad_request, "The item's jid: " + jid.error().text};
  RosterSet set{std::move(*jid)};
  set.remove = item->attribute("subscription") == "remove";
  set.name = item->attribute("name").value_or("");
  if (set.name.size() > roster_name_bytes_max) return Error{ErrorKind::not_acceptable, "The name is too long."};
  Result<RosterSet> refusal = set;
  item->for_each_child([&](const xml::Element& child) {
    if (!child.is("group", ns::roster) || !refusal) return;
    std::string group = child.text();
    if (group.empty() || group.size() > roster_name_bytes_max) {
      refusal = Error{ErrorKind::not_acceptable, "A group's name has 1 to 1023 bytes."};
    } else if (std::find(set.groups.begin(), set.groups.end(), group) != set.groups.end()) {
      refusal = Error{ErrorKind::bad_request, "The same group is named twice."};
    } else if (set.groups.size() >= groups_max) {
      refusal = Error{ErrorKind::not_acceptable, "An item is in at most 30 groups."};
    } else {
      set.groups.push_back(std::move(group));
    }
  });
  if (!refusal) return refusal.error();
  return set;
}

}  // namespace teahouse
