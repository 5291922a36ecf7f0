#include "modules/push/notice.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "xmpp/namespaces.h"

namespace teahouse::push {
namespace {

constexpr size_t topic_bytes = 15, call_id_bytes_max = 256;
constexpr char mentioned_room[] = "urn:xmpp:mentions:0#channel";
constexpr char references[] = "urn:xmpp:reference:0";  // XEP-0372

bool is_letter(char c) {
  const char lower = lower_ascii(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

std::optional<Notice> read(const Stanza& message, std::string_view account) {
  if (!message.from || message.from->bare_view() == account) return std::nullopt;
  if (message.child("no-store", teahouse::ns::hints) || message.child("no-permanent-store", teahouse::ns::hints))
    return std::nullopt;
  const std::string body = message.root().child_text("body", teahouse::ns::client);
  if (body.empty()) return std::nullopt;
  return Notice{{},
                NoticeKind::message,
                *message.from,
                message.root().child_text("nick", teahouse::ns::nick),
                std::string(cut(body, shown_bytes_max))};
}

bool refers_to(const Stanza& message, std::string_view account) {
  bool found = false;
  message.root().for_each_child([&](const xml::Element& child) {
    if (!child.is("reference", references) || child.attribute("type") != "mention") return;
    const std::string_view uri = child.attribute("uri").value_or("");
    found = found || (uri.starts_with("xmpp:") && uri.substr(5) == account);
  });
  return found;
}

// Mentioned: an occupant, by the mentions of a message (XEP-0513).
struct Mentioned {
  bool is_named = false, is_spared = false;
};

Mentioned find_mentioned(const Stanza& message, std::string_view occupant_id) {
  const std::string room = "xmpp:" + std::string(message.from->bare_view());
  Mentioned mentioned;
  message.root().for_each_child([&](const xml::Element& child) {
    if (!child.is("mention", teahouse::ns::mentions)) return;
    const auto group = child.attribute("mentions");
    const bool is_all = group == mentioned_room && child.attribute("uri").value_or(room) == room;
    const bool is_own = !group && !occupant_id.empty() && child.attribute("occupantid") == occupant_id;
    if (!is_all && !is_own) return;
    const bool is_quiet = child.child("noping", teahouse::ns::mentions).has_value();
    mentioned.is_named = mentioned.is_named || !is_quiet;
    mentioned.is_spared = mentioned.is_spared || (is_quiet && is_own);
  });
  return mentioned;
}

}  // namespace

std::optional<Notice> find_message(const Stanza& message, std::string_view account, bool is_of_room) {
  if (message.type != StanzaType::chat && message.type != StanzaType::none) return std::nullopt;
  auto notice = read(message, account);
  if (!notice) return std::nullopt;
  const bool is_private = is_of_room && message.from->is_full();
  notice->conversation = is_private ? message.from->str() : std::string(message.from->bare_view());
  if (is_private) notice->nick = std::string(message.from->resourcepart());
  return notice;
}

std::optional<Notice> find_mention(const Stanza& message, std::string_view account, std::string_view nick,
                                   std::string_view occupant_id) {
  if (message.type != StanzaType::groupchat || !message.from || !message.from->is_full()) return std::nullopt;
  if (!nick.empty() && message.from->resourcepart() == nick) return std::nullopt;
  auto notice = read(message, account);
  if (!notice) return std::nullopt;
  const std::string body = message.root().child_text("body", teahouse::ns::client);
  const bool is_named = refers_to(message, account) || (!nick.empty() && has_word(body, nick));
  const Mentioned mentioned = find_mentioned(message, occupant_id);
  if (!mentioned.is_named && (mentioned.is_spared || !is_named)) return std::nullopt;
  notice->conversation = std::string(message.from->bare_view());
  notice->kind = NoticeKind::mention;
  notice->nick = std::string(message.from->resourcepart());
  return notice;
}

std::optional<Notice> find_call(const Stanza& message, std::string_view account) {
  if (message.type != StanzaType::chat && message.type != StanzaType::none) return std::nullopt;
  if (!message.from || message.from->bare_view() == account) return std::nullopt;
  const auto propose = message.child("propose", teahouse::ns::jingle_message);
  const std::string_view id = propose ? propose->attribute("id").value_or("") : "";
  if (id.empty() || id.size() > call_id_bytes_max) return std::nullopt;
  Notice notice{std::string(call_prefix),
                NoticeKind::call,
                *message.from,
                message.root().child_text("nick", teahouse::ns::nick),
                {}};
  notice.conversation += message.from->bare_view();
  notice.call_id = id;
  return notice;
}

std::string_view find_settled_call(const Stanza& message) {
  for (const char* verb : {"retract", "accept", "proceed", "reject", "finish"}) {
    const auto settled = message.child(verb, teahouse::ns::jingle_message);
    if (settled) return settled->attribute("id").value_or("");
  }
  return {};
}

std::string_view address_of(std::string_view conversation) {
  if (conversation.starts_with(call_prefix)) conversation.remove_prefix(call_prefix.size());
  return conversation;
}

bool has_word(std::string_view text, std::string_view word) {
  const std::string in = lower_ascii(text), wanted = lower_ascii(word);
  if (wanted.empty()) return false;
  for (size_t at = in.find(wanted); at != in.npos; at = in.find(wanted, at + 1)) {
    const size_t end = at + wanted.size();
    const bool begins = at == 0 || !is_letter(in[at - 1]) || !is_letter(wanted.front());
    const bool ends = end == in.size() || !is_letter(in[end]) || !is_letter(wanted.back());
    if (begins && ends) return true;
  }
  return false;
}

std::string make_topic(const Device& device, std::string_view conversation) {
  return crypto::to_base64url(
      crypto::hmac_sha256(device.subscription.keys.auth, "topic " + std::string(conversation)).substr(0, topic_bytes));
}

std::string make_json(const Shown& shown) {
  boost::json::object object{{"v", 1}, {"kind", shown.kind}, {"tag", shown.tag}, {"count", shown.count}};
  // The first matter most: others are left out where a push has no room for them.
  std::string json = boost::json::serialize(object);
  const auto add = [&](const char* name, const std::string& value) {
    if (value.empty()) return;
    object[name] = value;
    std::string longer = boost::json::serialize(object);
    if (longer.size() <= webpush::text_bytes_max) {
      json = std::move(longer);
    } else {
      object.erase(name);
    }
  };
  add("with", shown.with);
  add("site", shown.site);
  add("name", shown.name);
  add("text", shown.text);
  return json;
}

}  // namespace teahouse::push
