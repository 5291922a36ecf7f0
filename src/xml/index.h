// Index: where everything in the bytes of one element stands. Made by the scanner, read by Element and the writer.
//
// Nodes and attributes lie in document order, so a node's first child is the node after it and a subtree is a run of
// nodes. Positions count from the start of the element. A namespace declaration is kept as an attribute, marked as one;
// those in force form a chain through `outer`, the innermost first.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/shared_bytes.h"
#include "xml/document.h"

namespace teahouse::xml {

inline constexpr std::string_view xml_ns = "http://www.w3.org/XML/1998/namespace";
inline constexpr std::string_view xmlns_ns = "http://www.w3.org/2000/xmlns/";

inline constexpr uint32_t none = UINT32_MAX;  // no node, no attribute

// The depth at which a name that needs no declaration is bound: inside everything.
inline constexpr uint32_t bound_everywhere = UINT32_MAX;

// A run of text, by position. Of two namespace names in force at the same place, equal ones have equal Refs.
struct Ref {
  enum Source : uint32_t { bytes, extra, header_bytes, header_extra, xml_namespace };
  uint32_t begin = 0;
  uint32_t size : 29 = 0;
  uint32_t source : 3 = bytes;
  bool operator==(const Ref&) const = default;
};
inline constexpr size_t ref_size_max = (1u << 29) - 1;

struct Attribute {
  uint32_t qname_begin;
  uint32_t
      local_begin;  // past the prefix and colon; of a declaration: the prefix that it declares (empty: the default)
  uint32_t name_end;
  uint32_t bound_at =
      bound_everywhere;   // depth of the element that declares its prefix; of a declaration: of its element
  uint32_t outer = none;  // of a declaration: the next one in force, outwards
  bool declaration = false;
  Ref value;  // of a declaration: the namespace name
  Ref ns;
};

struct Node {
  uint32_t begin;  // outer bytes
  uint32_t end = 0;
  uint32_t inner_begin = 0;
  uint32_t inner_end = 0;
  uint32_t qname_begin = 0;
  uint32_t local_begin = 0;
  uint32_t name_end = 0;
  uint32_t depth;         // the root's is 1
  uint32_t bound_at = 0;  // depth of the element that declares its prefix or default namespace; 0: outside
  uint32_t inner_reach = bound_everywhere;  // the least depth at which a prefix used between its tags is bound
  uint32_t first_attribute;
  uint32_t attribute_count = 0;
  uint32_t parent;
  uint32_t last_child = none;
  uint32_t next_sibling = none;
  uint32_t child_count = 0;
  uint32_t outer_declaration;  // the innermost declaration in force outside it
  Ref ns;

  bool prefixed() const { return local_begin != qname_begin; }
};

struct Index {
  SharedBytes bytes;
  std::string extra;                    // decoded bytes, and a default namespace given to Document::parse
  std::shared_ptr<const Index> header;  // the stream header whose namespaces are used here, if any
  std::vector<Node> nodes;
  std::vector<Attribute> attributes;

  std::string_view view(Ref ref) const {
    switch (ref.source) {
      case Ref::bytes: return bytes.view().substr(ref.begin, ref.size);
      case Ref::extra: return std::string_view(extra).substr(ref.begin, ref.size);
      case Ref::header_bytes: return header->bytes.view().substr(ref.begin, ref.size);
      case Ref::header_extra: return std::string_view(header->extra).substr(ref.begin, ref.size);
      default: return xml_ns;
    }
  }
  std::string_view between(uint32_t begin, uint32_t end) const { return bytes.view().substr(begin, end - begin); }
};

// The door to the index for those who make and read it.
struct Access {
  static Document make_document(std::shared_ptr<const Index> index) { return Document(std::move(index)); }
  static const Index& index(const Document& document) { return *document.index_; }
  static const std::shared_ptr<const Index>& shared_index(const Document& document) { return document.index_; }
  static const Index& index(const Element& element) { return *element.index_; }
  static uint32_t node(const Element& element) { return element.node_; }
};

}  // namespace teahouse::xml
