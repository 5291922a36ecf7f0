// The text of an attribute, for the clients.
#pragma once

#include <string>
#include <string_view>

#include "xml/document.h"

namespace teahouse::simulator {

// Empty without it.
inline std::string attribute(const xml::Element& element, std::string_view name) {
  return std::string(element.attribute(name).value_or(""));
}

}  // namespace teahouse::simulator
