// Document: a flat index over the immutable bytes of one whole XML element; Element: a view of one element in it.
//
// Nothing is copied out of the bytes but what has to be decoded (entities in attribute values). A Document is a value:
// copying it shares the same bytes and index.
//
// Thread: immutable after it is made, so copies may live on any thread.
// Lifetime: an Element, and every view it gives, lives as long as some copy of its Document.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/shared_bytes.h"

namespace teahouse::xml {

class Document;

// The limits of a parser; past one of these the input is refused with policy-violation.
struct Limits {
  size_t element_bytes_max = 256 * 1024;  // one top-level element, tags included
  uint32_t depth_max = 64;                // open elements at once, the top-level element counted
  uint32_t attributes_max = 64;           // on one element, namespace declarations included
  uint32_t elements_max = 8192;           // in one top-level element
  uint32_t namespaces_max = 128;          // declarations in force at once inside a top-level element
};

class Element {
 public:
  std::string_view name() const;  // local name
  std::string_view ns() const;    // namespace name; empty where none is in force
  bool is(std::string_view name, std::string_view ns) const { return this->name() == name && this->ns() == ns; }

  // An attribute without a namespace, decoded. Empty optional where it is absent.
  std::optional<std::string_view> attribute(std::string_view name) const;
  // An attribute in a namespace, e.g. ("http://www.w3.org/XML/1998/namespace", "lang").
  std::optional<std::string_view> attribute(std::string_view ns, std::string_view name) const;

  // Child elements in document order; text is skipped. An empty optional ends.
  std::optional<Element> first_child() const;
  std::optional<Element> next_sibling() const;
  std::optional<Element> child(std::string_view name, std::string_view ns) const;  // the first one of that name
  size_t child_count() const;

  // The character data directly inside, decoded (children's text is left out).
  std::string text() const;
  // text() of the first such child; empty where there is none.
  std::string child_text(std::string_view name, std::string_view ns) const;

  std::string_view outer() const;  // its bytes as they came, tags included
  std::string_view inner() const;  // the bytes between its tags; empty for <a/>

  // True where its inner bytes mean the same under any start tag that leaves the same default namespace in force: no
  // prefix used in them is bound outside them. Where false, share nothing: write() the children out instead.
  bool inner_is_portable() const;

  template <class F>
  void for_each_child(F&& visit) const {
    for (auto at = first_child(); at; at = at->next_sibling()) visit(*at);
  }

 private:
  friend class Document;
  friend struct Access;  // the writer and the parser's tests look at the index
  Element(const struct Index* index, uint32_t node) : index_(index), node_(node) {}
  const struct Index* index_;
  uint32_t node_;
};

class Document {
 public:
  // Parses one whole element and nothing else (white space around it is allowed), as in a WebSocket frame. `default_ns`
  // is in force outside the element, as "jabber:client" is on a stream. Errors: bad_request for bytes that are not
  // well-formed, not_allowed for XML that XMPP restricts (RFC 6120 section 11.1), policy_violation past a limit.
  static Result<Document> parse(const SharedBytes& bytes, const Limits& limits = {}, std::string_view default_ns = {});
  // Parses an element that the server wrote itself, out of accepted ones: limits are for input from outside, so none
  // but the index's own (512 MiB) may make it unreadable, whatever was added since or whichever plan holds now.
  static Result<Document> parse_own(const SharedBytes& bytes);

  Element root() const;
  const SharedBytes& bytes() const;  // exactly the root's outer bytes
  size_t held_bytes() const;         // the memory that its copies keep together, about
  // From now on shares only its bytes with its copies, and has no memory beyond what it needs: for one that is kept.
  void shrink_to_fit();

 private:
  friend struct Access;
  explicit Document(std::shared_ptr<const struct Index> index) : index_(std::move(index)) {}
  std::shared_ptr<const struct Index> index_;
};

}  // namespace teahouse::xml
