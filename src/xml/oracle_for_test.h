// For tests and fuzz targets only: what a stream's bytes mean, as a list of events in text, by our parser and by expat.
//
// No XML character is below U+0009, so those are used as marks in the text of a tree.
#pragma once

#include <expat.h>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "xml/document.h"
#include "xml/index.h"
#include "xml/stream_parser.h"

namespace teahouse::xml::oracle {

struct Tree {
  std::string name;  // namespace name, U+0001, local name; only the local name where there is no namespace
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string text;
  std::vector<Tree> children;
};

inline std::string to_string(Tree tree) {
  std::ranges::sort(tree.attributes);
  std::string result = "<" + tree.name;
  for (const auto& [name, value] : tree.attributes) result += "\2" + name + "\3" + value;
  result += "\4" + tree.text + "\5";
  for (const Tree& child : tree.children) result += to_string(child);
  return result + "\6";
}

inline std::string joined(std::string_view ns, std::string_view name) {
  return ns.empty() ? std::string(name) : std::string(ns) + '\1' + std::string(name);
}

inline Tree tree_of(const Element& element) {
  Tree tree{.name = joined(element.ns(), element.name()), .text = element.text()};
  const Index& index = Access::index(element);
  const Node& node = index.nodes[Access::node(element)];
  for (uint32_t i = node.first_attribute; i < node.first_attribute + node.attribute_count; ++i) {
    const Attribute& attribute = index.attributes[i];
    if (attribute.declaration) continue;
    const auto ns = index.view(attribute.ns);
    const auto name = index.between(attribute.local_begin, attribute.name_end);
    tree.attributes.emplace_back(joined(ns, name), element.attribute(ns, name).value());
  }
  element.for_each_child([&](const Element& child) { tree.children.push_back(tree_of(child)); });
  return tree;
}

inline std::string to_string(const Element& element) { return to_string(tree_of(element)); }

struct Events {
  std::vector<std::string> list;  // "open <tree>", "element <tree>", "close", "fault <number>"
  size_t accepted = 0;            // bytes up to the end of the last event that is no fault
  std::vector<Document> elements;
  std::vector<size_t> ends;  // after each event but a fault
  std::string fault_text;
  std::string default_ns;
};

// Our reading. `piece_size` says how many bytes the parser is given next.
inline Events read_ours(std::string_view bytes, const Limits& limits, const std::function<size_t()>& piece_size) {
  using Step = StreamParser::Step;
  Events events;
  StreamParser parser(limits);
  size_t at = 0;
  for (;;) {
    const std::string piece(bytes.substr(at, std::max<size_t>(piece_size(), 1)));  // so that sanitizers see its ends
    std::string_view rest = piece;
    for (Step step = parser.next(rest); step != Step::need_more; step = parser.next(rest)) {
      if (step == Step::fault) {
        events.list.push_back("fault " + std::to_string(static_cast<int>(parser.fault())));
        events.fault_text = parser.fault_text();
        return events;
      }
      if (step == Step::stream_open) events.list.push_back("open " + to_string(parser.header().root()));
      if (step == Step::stream_close) events.list.push_back("close");
      if (step == Step::element) {
        events.elements.push_back(parser.take_element());
        events.list.push_back("element " + to_string(events.elements.back().root()));
      }
      events.default_ns = parser.default_ns();
      events.accepted = at + piece.size() - rest.size();
      events.ends.push_back(events.accepted);
    }
    at += piece.size();
    if (at == bytes.size()) return events;
  }
}

// Expat's reading of a stream, or (document) of one element.
class Expat {
 public:
  explicit Expat(bool document) : document_(document), parser_(XML_ParserCreateNS(nullptr, '\1')) {
    XML_SetUserData(parser_, this);
    XML_SetElementHandler(parser_, start, end);
    XML_SetCharacterDataHandler(parser_, text);
  }
  Expat(const Expat&) = delete;
  Expat& operator=(const Expat&) = delete;
  ~Expat() { XML_ParserFree(parser_); }

  // False where expat refuses.
  bool read(std::string_view bytes, bool all) {
    return XML_Parse(parser_, bytes.data(), static_cast<int>(bytes.size()), all) == XML_STATUS_OK;
  }
  std::vector<std::string> list;

 private:
  static void start(void* self, const char* name, const char** attributes) {
    auto& to = *static_cast<Expat*>(self);
    Tree tree{.name = name};
    for (; *attributes; attributes += 2) tree.attributes.emplace_back(attributes[0], attributes[1]);
    ++to.depth_;
    if (to.depth_ == 1 && !to.document_) to.list.push_back("open " + to_string(tree));
    if (to.depth_ > 1 || to.document_) to.open_.push_back(std::move(tree));
  }
  static void end(void* self, const char*) {
    auto& to = *static_cast<Expat*>(self);
    if (--to.depth_ == 0 && !to.document_) return to.list.push_back("close");
    Tree tree = std::move(to.open_.back());
    to.open_.pop_back();
    if (!to.open_.empty()) return to.open_.back().children.push_back(std::move(tree));
    to.list.push_back("element " + to_string(tree));
  }
  static void text(void* self, const char* bytes, int size) {
    auto& to = *static_cast<Expat*>(self);
    if (!to.open_.empty()) to.open_.back().text.append(bytes, static_cast<size_t>(size));
  }

  bool document_;
  XML_Parser parser_;
  size_t depth_ = 0;
  std::vector<Tree> open_;
};

// Empty where expat agrees with all that we accepted; else what is wrong.
inline std::string find_disagreement(std::string_view bytes, Events ours) {
  if (!ours.list.empty() && ours.list.back().starts_with("fault")) ours.list.pop_back();
  if (ours.list.empty()) return {};
  Expat expat(false);
  if (!expat.read(bytes.substr(0, ours.accepted), ours.list.back() == "close")) return "expat refuses what we accept";
  if (expat.list != ours.list) return "expat reads something else";
  return {};
}

}  // namespace teahouse::xml::oracle
