// Checks that every accepted element must pass.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "xml/oracle_for_test.h"
#include "xml/writer.h"

namespace teahouse::xml::fuzz {

[[noreturn]] inline void fail(std::string_view why) {
  std::fprintf(stderr, "FAILED: %.*s\n", static_cast<int>(why.size()), why.data());
  std::abort();
}

inline void require(bool holds, std::string_view why) {
  if (!holds) fail(why);
}

// Wide enough for all that a fuzzer writes, also after write() has added declarations.
inline Limits wide_limits() {
  return {.element_bytes_max = size_t{1} << 28, .depth_max = 1000, .attributes_max = 10000, .namespaces_max = 100000};
}

inline void require_same(const std::string& xml, std::string_view default_ns, const Element& wanted,
                         std::string_view why) {
  const auto again = Document::parse(SharedBytes(xml), wide_limits(), default_ns);
  if (!again) fail(std::string(why) + ": refused: " + again.error().text + ": " + xml);
  require(oracle::to_string(again->root()) == oracle::to_string(wanted), std::string(why) + ": " + xml);
}

// The children of `root` stand in `xml` between the tags of some wrapper.
inline void require_same_inner(const std::string& xml, std::string_view default_ns, const Element& root,
                               std::string_view why) {
  const auto again = Document::parse(SharedBytes(xml), wide_limits(), default_ns);
  if (!again) fail(std::string(why) + ": refused: " + again.error().text + ": " + xml);
  auto wanted = oracle::tree_of(root);
  wanted.name = again->root().name();
  wanted.attributes.clear();
  auto found = oracle::tree_of(again->root());
  found.name = wanted.name;
  require(oracle::to_string(found) == oracle::to_string(wanted), std::string(why) + ": " + xml);
}

inline void check_element(const Element& element, std::string_view default_ns) {
  for (const std::string_view ns : {default_ns, std::string_view(), std::string_view("urn:elsewhere")}) {
    std::string written;
    write(written, element, ns);
    require_same(written, ns, element, "write() changed an element");
    std::string wrapped = "<w>";
    write_inner(wrapped, element, ns);
    require_same_inner(wrapped + "</w>", ns, element, "write_inner() changed an element");
  }
  const Index& index = Access::index(element);
  const Node& node = index.nodes[Access::node(element)];
  if (element.inner_is_portable() && !node.prefixed()) {
    std::string moved = "<w xmlns='";
    append_escaped_value(moved, element.ns());
    moved += "'>" + std::string(element.inner()) + "</w>";
    require_same_inner(moved, {}, element, "an inner that is not portable was said to be");
  }
  element.for_each_child([&](const Element& child) { check_element(child, default_ns); });
}

}  // namespace teahouse::xml::fuzz
