// ChannelSearch: finds the listed rooms of one host by words in their names, descriptions and addresses.
//
// Rooms that are not listed are not found, whatever is asked; neither are those of another tenant.
//
// Thread: the service's home loop; the rooms are read from storage.
// Limits: search_bytes_max and search_words_max of what is sought; search_page_max rooms a page; search_rate of one
// account.
// Errors: those of XEP-0433 with its conditions; bad_request for what is no such form.
// Spec: XEP-0433. Rooms are ordered by address alone.
#pragma once

#include <string>
#include <vector>

#include "base/token_buckets.h"
#include "modules/muc/storage.h"
#include "server/module_context.h"
#include "xml/document.h"
#include "xmpp/data_form.h"

namespace teahouse::muc {

inline constexpr size_t search_bytes_max = 200, search_words_max = 10, search_page_max = 100;
inline constexpr TokenRate search_rate{1200, 10};
inline constexpr size_t searchers_max = 10'000;  // whose rate is remembered

struct RoomQuery {
  std::vector<std::string> words;  // folded; all must be found; none: everything
  bool in_name = true, in_description = true, in_address = true;
  bool wants_rooms = true;  // XEP-0045's, which alone there are
};

// A refusal is an error and the condition that says which, in the namespace of the search's errors.
struct SearchRefusal {
  Error error;
  const char* condition = "";
  std::string inside = {};  // XML in the condition
};

// The query of a submitted form; else `refusal` says why there is none.
Result<RoomQuery> parse_room_query(const DataForm& form, SearchRefusal* refusal);
bool matches(const RoomQuery& query, const ListedRoom& room);

class ChannelSearch {
 public:
  explicit ChannelSearch(ModuleContext& context) : context_(context) {}

  // `search` is the iq's <search/>.
  void answer(const Host& host, const Stanza& stanza, const xml::Element& search);

 private:
  ModuleContext& context_;
  TokenBuckets searches_{searchers_max};
};

}  // namespace teahouse::muc
