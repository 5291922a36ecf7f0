#include "bench/wire/stanza.h"

#include <string>

namespace teahouse::bench {
namespace {

constexpr auto npos = std::string_view::npos;

// Just past the > of the tag that begins at `at`; quotes hide one.
size_t find_tag_end(std::string_view bytes, size_t at) {
  char quote = 0;
  for (; at < bytes.size(); ++at) {
    const char c = bytes[at];
    if (quote) {
      if (c == quote) quote = 0;
    } else if (c == '>') {
      return at + 1;
    } else if (c == '"' || c == '\'') {
      quote = c;
    }
  }
  return npos;
}

}  // namespace

size_t find_element(std::string_view bytes) {
  size_t depth = 0, at = 0;
  for (;;) {
    at = bytes.find('<', at);
    if (at == npos || at + 1 >= bytes.size()) return 0;
    const size_t end = find_tag_end(bytes, at);
    if (end == npos) return 0;
    const std::string_view tag = bytes.substr(at, end - at);
    at = end;
    if (tag[1] == '/') {
      if (depth <= 1) return end;
      --depth;
    } else if (tag[tag.size() - 2] == '/' || tag[1] == '?' || (depth == 0 && tag.starts_with("<stream:stream"))) {
      if (depth == 0) return end;
    } else {
      ++depth;
    }
  }
}

std::string_view find_attribute(std::string_view element, std::string_view name) {
  const size_t begin = element.find('<');
  const size_t end = begin == npos ? npos : find_tag_end(element, begin);
  if (end == npos) return {};
  for (size_t at = begin; (at = element.find(name, at)) < end; at += name.size()) {
    const size_t quote = at + name.size() + 1;
    if (quote >= end || element[quote - 1] != '=' || (element[at - 1] != ' ' && element[at - 1] != '\n')) continue;
    const size_t close = element.find(element[quote], quote + 1);
    return element.substr(quote + 1, close - quote - 1);
  }
  return {};
}

bool is_named(std::string_view element, std::string_view name) {
  const size_t at = element.find('<') + 1;
  if (element.substr(at, name.size()) != name) return false;
  const char after = element[at + name.size()];
  return after == ' ' || after == '>' || after == '/' || after == '\n';
}

std::string_view find_text(std::string_view element, std::string_view name) {
  const std::string opening = "<" + std::string(name);
  const size_t at = element.find(opening);
  if (at == npos) return {};
  const size_t begin = find_tag_end(element, at);
  if (begin == npos || element[begin - 2] == '/') return {};
  return element.substr(begin, element.find("</", begin) - begin);
}

}  // namespace teahouse::bench
