// RoomConfig: what the owner of a room sets, as values; and the limits that no owner can pass.
//
// Spec: XEP-0045 sections 4.2 and 10.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/token_bucket.h"
#include "modules/muc/affiliation.h"
#include "modules/muc/mentions.h"

namespace teahouse::muc {

// Limits of the service, all in one place.
inline constexpr size_t nick_characters_max = 100;
inline constexpr size_t name_bytes_max = 200;
inline constexpr size_t description_bytes_max = 2000;
inline constexpr size_t subject_bytes_max = 2000;
inline constexpr size_t password_bytes_max = 200;
inline constexpr size_t reason_bytes_max = 1000;    // longer reasons are cut
inline constexpr size_t affiliations_max = 10'000;  // also the plan's room_members
inline constexpr size_t sessions_per_nick_max = 50;
inline constexpr size_t history_max = 100;
inline constexpr size_t items_per_request_max = 200;  // in one muc#admin query
inline constexpr size_t invites_per_message_max = 20;
inline constexpr size_t invites_remembered_max = 200;    // in one room, for declines
inline constexpr size_t waiting_max = 20'000;            // stanzas of one room that wait for the disk
inline constexpr size_t presence_bytes_max = 8192;       // of an occupant, without its addresses
inline constexpr size_t vcard_bytes_max = 128 * 1024;    // of a room, its picture included
inline constexpr size_t pictures_max = 8;                // in it, in as many types
inline constexpr size_t relayed_id_bytes_max = 512;      // of an iq to an occupant
inline constexpr size_t registration_requests_max = 50;  // that wait in one room
inline constexpr int64_t slow_mode_s_max = 86'400;
inline constexpr size_t slow_speakers_max = 10'000;  // remembered in one room
inline constexpr size_t versions_nonce_characters = 22;
inline constexpr TokenRate request_rate{60, 2};  // RequestRate: of one account
inline constexpr TokenRate room_request_rate{1800, 30};

// The option rooms_made_by.
enum class RoomMakers { users, staff };

enum class PrivateMessages { anyone, participants, moderators, none };

struct RoomConfig {
  std::string name, description, lang;
  std::string password;    // empty: none is needed
  std::string counts_for;  // bare JID of the account whose share of rooms it is (Room); empty: nobody's
  bool persistent = false;
  bool is_public = true;
  bool members_only = false;
  bool moderated = false;
  bool non_anonymous = false;   // whois: anyone
  bool change_subject = false;  // participants may
  bool member_invites = false;  // members may invite into a members-only room
  bool archived = true;         // messages are kept and can be queried; "logging" in the words of the XEP
  PrivateMessages private_messages = PrivateMessages::anyone;
  int64_t max_users = 0;  // 0: the plan's
  int64_t max_history = 50;
  int64_t slow_mode_s = 0;  // how long one user waits between two messages
  MentionRules mentions;
  // By Role, moderators last: the roles whose presence is broadcast, and those that may read a non-anonymous room's
  // members.
  bool broadcast[4] = {false, true, true, true};
  bool member_list[4] = {false, false, false, true};

  bool broadcasts(Role role) const { return broadcast[static_cast<size_t>(role)]; }
  bool operator==(const RoomConfig&) const = default;
};

// Lists of affiliations belong to admins and owners; to members (of each other, never the outcasts) in a members-only
// room that hides nobody; and to the roles that the owner chose, in a room that hides nobody.
bool may_read_list(const RoomConfig& config, const Standing& who, Affiliation list);

// May occupants of this role send private messages?
bool may_send_private(const RoomConfig& config, Role from);

}  // namespace teahouse::muc
