#include "events/event_kind.h"

#include <algorithm>

namespace teahouse {

Result<EventKinds> EventKinds::parse(const std::vector<std::string>& names) {
  constexpr size_t shown_bytes_max = 64;
  EventKinds kinds;
  for (const std::string& name : names) {
    const auto found = std::find(event_kind_names.begin(), event_kind_names.end(), name);
    if (found == event_kind_names.end()) {
      std::string known;
      for (const std::string_view each : event_kind_names) known.append(known.empty() ? "" : ", ").append(each);
      return Error{ErrorKind::bad_request, "There are no events of the kind '" + name.substr(0, shown_bytes_max) +
                                               "'; there are: " + known + "."};
    }
    kinds.add(static_cast<EventKind>(found - event_kind_names.begin()));
  }
  return kinds;
}

std::vector<std::string> EventKinds::names() const {
  std::vector<std::string> names;
  for (size_t i = 0; i < event_kind_names.size(); ++i) {
    if (has(static_cast<EventKind>(i))) names.emplace_back(event_kind_names[i]);
  }
  return names;
}

}  // namespace teahouse
