// Notice: what a push says of a conversation, and which messages are worth one.
//
// Thread: any. Limits: shown_bytes_max of a message.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "modules/push/device.h"
#include "xmpp/stanza.h"

namespace teahouse::push {

inline constexpr size_t shown_bytes_max = 600;

enum class NoticeKind : uint8_t { message, mention, call };  // a mention is in a room
struct Notice {
  std::string conversation;  // its address: a room, or the other side; of a call, call_prefix before that
  NoticeKind kind = NoticeKind::message;
  Jid from;
  std::string nick;  // that the message gives, or the room; may be empty. It is anybody's word
  std::string text;  // the beginning of what was said
  std::string call_id = {};
};
// Calls are apart from what their callers say. No address has a colon there.
inline constexpr std::string_view call_prefix = "call:";
// The address of a conversation.
std::string_view address_of(std::string_view conversation);

// A message with a body that somebody else wrote to the account, and wants to be read later too. `is_of_room`: it comes
// from a room's address. None for what is said in a room (find_mention).
std::optional<Notice> find_message(const Stanza& message, std::string_view account, bool is_of_room);
// The same of an occupant's words in a room, where they name the account: by its nick there, by XEP-0372's reference,
// or by XEP-0513's mention, alone or with all others; that may also spare it. An empty nick or occupant-id is not
// known.
std::optional<Notice> find_mention(const Stanza& message, std::string_view account, std::string_view nick,
                                   std::string_view occupant_id = {});

// The proposal of a call by somebody else (XEP-0353), whether its sender wants it to be kept or not.
std::optional<Notice> find_call(const Stanza& message, std::string_view account);
// The id of the call that the message ends, takes or refuses: no device needs to ring for it any more. Empty: of none.
std::string_view find_settled_call(const Stanza& message);

// Is it there as a word, in any case of ASCII letters?
bool has_word(std::string_view text, std::string_view word);

// As tags of notifications and topics of pushes have it: who carries pushes cannot tell which conversation it is, nor
// that two devices have the same.
std::string make_topic(const Device& device, std::string_view conversation);

// The JSON that is encrypted, of at most webpush::text_bytes_max. `with`: as the HTTP API names the conversation;
// `name` and `text` are left out where they are empty, and each of the last four where it has no room.
struct Shown {
  std::string_view kind;  // "message", "mention", "call", "test"
  std::string tag;
  int64_t count = 1;
  std::string with, site, name, text;
};
std::string make_json(const Shown& shown);

}  // namespace teahouse::push
