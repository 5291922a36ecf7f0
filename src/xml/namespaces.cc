// The scanner at the end of a start tag: declarations taken into force, prefixes resolved, duplicates refused.
// Spec: Namespaces in XML 1.0 (third edition).
//
// A prefixed declaration whose namespace name is already bound to another prefix in force takes over that one's Ref. So
// two attributes have the same expanded name exactly when their local names and Refs are equal, and long namespace
// names are not compared once for each pair of attributes.
#include <algorithm>

#include "xml/scanner.h"

namespace teahouse::xml {

bool Scanner::resolve_names() {
  const uint32_t first = index_.nodes[open_].first_attribute;
  const auto end = static_cast<uint32_t>(index_.attributes.size());
  index_.nodes[open_].attribute_count = end - first;
  for (uint32_t i = first; i < end; ++i) {
    const Attribute& attribute = index_.attributes[i];
    const bool prefixed = attribute.local_begin != attribute.qname_begin;
    const uint32_t head_end = prefixed ? attribute.local_begin - 1 : attribute.name_end;
    if (between(attribute.qname_begin, head_end) == "xmlns" && !declare(i)) return false;
  }
  Node& node = index_.nodes[open_];
  const uint32_t prefix_end = node.prefixed() ? node.local_begin - 1 : node.qname_begin;
  const auto binding = find_binding(between(node.qname_begin, prefix_end));
  if (!binding) return refuse("an element's prefix is not bound to a namespace");
  node.ns = binding->ns;
  node.bound_at = binding->depth;
  if (node.prefixed() && node.parent != none) {
    Node& parent = index_.nodes[node.parent];
    parent.inner_reach = std::min(parent.inner_reach, node.bound_at);
  }
  return resolve_attributes(first) && check_duplicates(first);
}

bool Scanner::declare(uint32_t id) {
  Attribute& attribute = index_.attributes[id];
  const bool prefixed = attribute.local_begin != attribute.qname_begin;
  if (!prefixed) attribute.local_begin = attribute.name_end;
  const std::string_view prefix = between(attribute.local_begin, attribute.name_end);
  const std::string_view name = view(attribute.value);
  if (prefix == "xmlns") return refuse("the prefix xmlns is declared");
  if ((prefix == "xml") != (name == xml_ns))
    return refuse("the prefix xml and its namespace are bound to each other only");
  if (name == xmlns_ns) return refuse("a prefix is bound to the namespace of declarations");
  if (prefixed && name.empty()) return refuse("a prefix is bound to no namespace");
  if (declarations_ >= limits_.namespaces_max) {
    return refuse(StreamFault::policy_violation, "too many namespace declarations in force");
  }
  if (name.empty()) attribute.value = {};
  if (prefixed) attribute.value = find_equal_name(attribute.value);
  attribute.declaration = true;
  attribute.bound_at = depth_;
  attribute.outer = innermost_;
  innermost_ = id;
  ++declarations_;
  return true;
}

bool Scanner::resolve_attributes(uint32_t first) {
  for (uint32_t i = first; i < index_.attributes.size(); ++i) {
    Attribute& attribute = index_.attributes[i];
    if (attribute.declaration || attribute.local_begin == attribute.qname_begin) continue;
    const auto binding = find_binding(between(attribute.qname_begin, attribute.local_begin - 1));
    if (!binding) return refuse("an attribute's prefix is not bound to a namespace");
    attribute.ns = binding->ns;
    attribute.bound_at = binding->depth;
    const uint32_t parent = index_.nodes[open_].parent;
    if (parent == none) continue;
    index_.nodes[parent].inner_reach = std::min(index_.nodes[parent].inner_reach, binding->depth);
  }
  return true;
}

bool Scanner::check_duplicates(uint32_t first) {
  for (uint32_t i = first; i < index_.attributes.size(); ++i) {
    const Attribute& one = index_.attributes[i];
    const std::string_view name = between(one.local_begin, one.name_end);
    for (uint32_t j = first; j < i; ++j) {
      const Attribute& other = index_.attributes[j];
      if (other.declaration == one.declaration && other.ns == one.ns &&
          between(other.local_begin, other.name_end) == name) {
        return refuse("an attribute stands twice on an element");
      }
    }
  }
  return true;
}

// An empty prefix asks for the default namespace, which always is something.
std::optional<Scanner::Binding> Scanner::find_binding(std::string_view prefix) {
  if (prefix == "xml") {
    return Binding{{.begin = 0, .size = xml_ns.size(), .source = Ref::xml_namespace}, bound_everywhere};
  }
  for (uint32_t i = innermost_; i != none; i = index_.attributes[i].outer) {
    const Attribute& declaration = index_.attributes[i];
    if (between(declaration.local_begin, declaration.name_end) == prefix) {
      return Binding{declaration.value, declaration.bound_at};
    }
  }
  if (!prefix.empty()) return find_outside_binding(prefix);
  if (!default_) {
    default_ = Ref{};
    if (outside_.default_ns.empty()) {
      if (const auto found = find_outside_binding({})) default_ = found->ns;
    } else {
      *default_ = {.begin = static_cast<uint32_t>(index_.extra.size()),
                   .size = static_cast<uint32_t>(outside_.default_ns.size()),
                   .source = Ref::extra};
      index_.extra += outside_.default_ns;
    }
  }
  return Binding{*default_, 0};
}

std::optional<Scanner::Binding> Scanner::find_outside_binding(std::string_view prefix) {
  if (!outside_.header) return std::nullopt;
  const Index& header = *outside_.header;
  for (const Attribute& declaration : header.attributes) {
    if (declaration.declaration && header.between(declaration.local_begin, declaration.name_end) == prefix) {
      return Binding{outside_ref(declaration.value), 0};
    }
  }
  return std::nullopt;
}

Ref Scanner::find_equal_name(Ref name) {
  const std::string_view wanted = view(name);
  for (uint32_t i = innermost_; i != none; i = index_.attributes[i].outer) {
    const Attribute& declaration = index_.attributes[i];
    if (declaration.local_begin != declaration.name_end && view(declaration.value) == wanted) return declaration.value;
  }
  if (!outside_.header) return name;
  const Index& header = *outside_.header;
  for (const Attribute& declaration : header.attributes) {
    const bool prefixed = declaration.declaration && declaration.local_begin != declaration.name_end;
    if (prefixed && header.view(declaration.value) == wanted) return outside_ref(declaration.value);
  }
  return name;
}

// A Ref of the stream header's index, seen from this one.
Ref Scanner::outside_ref(Ref ref) {
  if (ref.size == 0) return {};
  if (ref.source == Ref::xml_namespace) return ref;
  header_used_ = true;
  ref.source = ref.source == Ref::bytes ? Ref::header_bytes : Ref::header_extra;
  return ref;
}

std::string_view Scanner::view(Ref ref) const {
  switch (ref.source) {
    case Ref::bytes: return {data_ + ref.begin, ref.size};
    case Ref::extra: return std::string_view(index_.extra).substr(ref.begin, ref.size);
    case Ref::xml_namespace: return xml_ns;
    default: ref.source = ref.source == Ref::header_bytes ? Ref::bytes : Ref::extra; return outside_.header->view(ref);
  }
}

}  // namespace teahouse::xml
