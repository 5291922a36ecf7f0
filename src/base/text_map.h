// TextMap: a hash map by text that a string_view finds its way in without becoming a string.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace teahouse {

struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

template <class T>
using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

}  // namespace teahouse
