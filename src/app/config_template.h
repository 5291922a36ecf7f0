// The teahouse.toml that a new data directory gets: all settings, commented out, with their defaults.
#pragma once

#include <string_view>

namespace teahouse {

extern const std::string_view config_template;

}  // namespace teahouse
