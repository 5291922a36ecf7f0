// The stores of a tenant in the data plane, and how each leaves with an export. One that is in none of these lists
// stays behind: it is of this server alone (docs/export.md says what stays, and why).
#pragma once

#include <array>
#include <string_view>

namespace teahouse::transfer {

// Maps whose rows leave as lines. Those that have a RowForm have it for accounts; what they hold beside that (the
// mentions) leaves as lines too.
inline constexpr std::array<std::string_view, 15> maps = {"archive_preferences",
                                                          "arranged_calls",
                                                          "blocking",
                                                          "bookmarks",
                                                          "last",
                                                          "motd",
                                                          "offline",
                                                          "private",
                                                          "profile",
                                                          "pubsub",
                                                          "pubsub_items",
                                                          "room_vcards",
                                                          "rooms",
                                                          "roster",
                                                          "vcard"};
// Of these, the ones that hold Mentions, under keys with this beginning.
inline constexpr std::array<std::string_view, 3> maps_with_mentions = {"pubsub", "rooms", "roster"};
inline constexpr std::string_view mention_prefix = "of ";

// Archives, and whose rows are in them.
enum class Owners { accounts, rooms, tenant };
struct LeavingArchive {
  std::string_view name;
  Owners owners;
};
inline constexpr std::array<LeavingArchive, 3> archives = {
    {{"archive", Owners::accounts}, {"rooms", Owners::rooms}, {"reports", Owners::tenant}}};
inline constexpr std::string_view room_map = "rooms", room_list_key = "list";  // names all rooms

bool has_map(std::string_view name);
bool has_mentions(std::string_view map);
const LeavingArchive* find_archive(std::string_view name);

}  // namespace teahouse::transfer
