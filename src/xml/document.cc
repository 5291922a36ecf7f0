#include "xml/document.h"

#include "xml/chars.h"
#include "xml/decode.h"
#include "xml/scanner.h"

namespace teahouse::xml {

// ---- Element -----------------------------------------------------------------------------------------------------

std::string_view Element::name() const {
  const Node& node = index_->nodes[node_];
  return index_->between(node.local_begin, node.name_end);
}

std::string_view Element::ns() const { return index_->view(index_->nodes[node_].ns); }

std::optional<std::string_view> Element::attribute(std::string_view name) const { return attribute({}, name); }

std::optional<std::string_view> Element::attribute(std::string_view ns, std::string_view name) const {
  const Node& node = index_->nodes[node_];
  for (uint32_t i = node.first_attribute; i < node.first_attribute + node.attribute_count; ++i) {
    const Attribute& attribute = index_->attributes[i];
    if (!attribute.declaration && index_->between(attribute.local_begin, attribute.name_end) == name &&
        index_->view(attribute.ns) == ns) {
      return index_->view(attribute.value);
    }
  }
  return std::nullopt;
}

std::optional<Element> Element::first_child() const {
  if (index_->nodes[node_].child_count == 0) return std::nullopt;
  return Element(index_, node_ + 1);
}

std::optional<Element> Element::next_sibling() const {
  const uint32_t next = index_->nodes[node_].next_sibling;
  if (next == none) return std::nullopt;
  return Element(index_, next);
}

std::optional<Element> Element::child(std::string_view name, std::string_view ns) const {
  for (auto at = first_child(); at; at = at->next_sibling()) {
    if (at->is(name, ns)) return at;
  }
  return std::nullopt;
}

size_t Element::child_count() const { return index_->nodes[node_].child_count; }

std::string Element::text() const {
  const Node& node = index_->nodes[node_];
  std::string result;
  uint32_t from = node.inner_begin;
  for_each_child([&](const Element& child) {
    const Node& inner = index_->nodes[child.node_];
    append_decoded_text(result, index_->between(from, inner.begin));
    from = inner.end;
  });
  append_decoded_text(result, index_->between(from, node.inner_end));
  return result;
}

std::string Element::child_text(std::string_view name, std::string_view ns) const {
  const auto found = child(name, ns);
  return found ? found->text() : std::string();
}

std::string_view Element::outer() const {
  const Node& node = index_->nodes[node_];
  return index_->between(node.begin, node.end);
}

std::string_view Element::inner() const {
  const Node& node = index_->nodes[node_];
  return index_->between(node.inner_begin, node.inner_end);
}

bool Element::inner_is_portable() const {
  const Node& node = index_->nodes[node_];
  return node.inner_reach > node.depth;
}

// ---- Document ----------------------------------------------------------------------------------------------------

Result<Document> Document::parse(const SharedBytes& bytes, const Limits& limits, std::string_view default_ns) {
  std::string_view all = bytes.view();
  while (!all.empty() && is_space(all.front())) all.remove_prefix(1);
  while (!all.empty() && is_space(all.back())) all.remove_suffix(1);
  Scanner scanner(limits, {.default_ns = default_ns}, Scanner::Extent::element);
  const size_t bytes_max = scanner.bytes_max();
  switch (scanner.scan(all.substr(0, bytes_max))) {
    case Scanner::Outcome::need_more:
      if (all.size() < bytes_max) return {ErrorKind::bad_request, "the XML ends before its element does"};
      return {ErrorKind::policy_violation, "the element has more than " + std::to_string(bytes_max) + " bytes"};
    case Scanner::Outcome::fault: {
      const ErrorKind kind = scanner.fault() == StreamFault::policy_violation ? ErrorKind::policy_violation
                             : scanner.fault() == StreamFault::restricted_xml ? ErrorKind::not_allowed
                                                                              : ErrorKind::bad_request;
      return {kind, scanner.fault_text()};
    }
    case Scanner::Outcome::whole: break;
  }
  if (scanner.element_size() != all.size()) return {ErrorKind::bad_request, "something stands after the XML element"};
  return Document(scanner.take_index(bytes.slice(all), nullptr));
}

Result<Document> Document::parse_own(const SharedBytes& bytes) {
  Limits limits;
  limits.element_bytes_max = ref_size_max;
  limits.depth_max = limits.attributes_max = limits.elements_max = limits.namespaces_max = UINT32_MAX;
  return parse(bytes, limits);
}

Element Document::root() const { return {index_.get(), 0}; }

const SharedBytes& Document::bytes() const { return index_->bytes; }

size_t Document::held_bytes() const {
  return sizeof(Index) + index_->bytes.size() + index_->extra.capacity() + index_->nodes.capacity() * sizeof(Node) +
         index_->attributes.capacity() * sizeof(Attribute);
}

void Document::shrink_to_fit() { index_ = std::make_shared<Index>(*index_); }  // a copied vector reserves nothing

}  // namespace teahouse::xml
