#include "transfer/stores.h"

#include <algorithm>

namespace teahouse::transfer {

bool has_map(std::string_view name) { return std::find(maps.begin(), maps.end(), name) != maps.end(); }

bool has_mentions(std::string_view map) {
  return std::find(maps_with_mentions.begin(), maps_with_mentions.end(), map) != maps_with_mentions.end();
}

const LeavingArchive* find_archive(std::string_view name) {
  const auto found =
      std::find_if(archives.begin(), archives.end(), [&](const auto& each) { return each.name == name; });
  return found == archives.end() ? nullptr : &*found;
}

}  // namespace teahouse::transfer
