// MentionRules: how many explicit mentions a message in a room may have, and who may mention whom. The room takes off
// what is not allowed, so that those who trust every mention are not disturbed either.
//
// Errors: forbidden for others than owners; bad_request for a form of another kind; not_acceptable (with the field's
// name) for a value that cannot be.
// Spec: XEP-0513 section "Multi-User Chats Permissions".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace teahouse {
class DataForm;
class Stanza;
namespace xml {
class Element;
}
}  // namespace teahouse

namespace teahouse::muc {

class Room;
struct Occupant;

enum class MentionKind { individual, channel, associations, hats };
enum class MentionPower { participants, moderators, nobody };

struct MentionRules {
  static constexpr int64_t count_max = 50;

  int64_t count = 10;  // in one message
  // By MentionKind.
  MentionPower power[4] = {MentionPower::participants, MentionPower::moderators, MentionPower::moderators,
                           MentionPower::moderators};

  bool operator==(const MentionRules&) const = default;
};

// How they are written with the room's configuration; what can't be read changes nothing.
std::string write_mention_powers(const MentionRules& rules);
void read_mention_powers(std::string_view text, MentionRules& rules);

// The fields of the form; with their choices, if it is to be filled in.
void add_mention_fields(DataForm& form, const MentionRules& rules);

// `query` is the iq's <query xmlns='urn:xmpp:mentions:0'/>.
void answer_mention_rules(Room& room, const Stanza& stanza, const xml::Element& query);
void set_mention_rules(Room& room, const Stanza& stanza, const xml::Element& query);

// Takes off the mentions that the speaker may not make.
void remove_forbidden_mentions(Stanza& message, const Room& room, const Occupant& speaker);

}  // namespace teahouse::muc
