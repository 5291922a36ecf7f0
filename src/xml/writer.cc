#include "xml/writer.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "xml/chars.h"
#include "xml/index.h"

namespace teahouse::xml {
namespace {

std::string_view escape_of(char byte, bool in_value) {
  switch (byte) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&apos;";
    case '\r': return "&#13;";
    case '\n': return in_value ? "&#10;" : "";
    case '\t': return in_value ? "&#9;" : "";
    default: return "";
  }
}

void append(std::string& out, std::string_view text, bool in_value) {
  if (is_letters(text)) {
    out.append(text);
    return;
  }
  const char* at = text.data();
  const char* const end = at + text.size();
  const char* plain = at;  // not yet appended
  const auto flush = [&] { out.append(plain, static_cast<size_t>(at - plain)); };
  for (;;) {
    at = skip_plain(at, end, byte_unescaped);
    if (at == end) break;
    const Char decoded = decode_char(at, end);
    const std::string_view escape = escape_of(*at, in_value);
    if (decoded.size > 0 && escape.empty()) {
      at += decoded.size;
      continue;
    }
    flush();
    out += escape;
    plain = ++at;  // of bytes that are no character, one is left out
  }
  flush();
}

// The namespace bindings from outside that a subtree uses.
struct Needed {
  std::optional<std::string_view> default_ns;
  std::vector<std::pair<std::string_view, std::string_view>> prefixes;

  void add(std::string_view prefix, std::string_view ns) {
    const auto known = std::ranges::any_of(prefixes, [&](const auto& each) { return each.first == prefix; });
    if (!known) prefixes.emplace_back(prefix, ns);
  }
};

// A subtree is a run of nodes, and its attributes a run of attributes; each tells at what depth its prefix is bound.
// A prefix that is bound above the subtree's root is bound the same for all of it.
Needed find_needed(const Index& index, uint32_t root) {
  Needed needed;
  const uint32_t depth = index.nodes[root].depth;
  const uint32_t end = index.nodes[root].end;
  for (uint32_t id = root; id < index.nodes.size() && index.nodes[id].begin < end; ++id) {
    const Node& node = index.nodes[id];
    if (node.bound_at < depth) {
      if (node.prefixed()) {
        needed.add(index.between(node.qname_begin, node.local_begin - 1), index.view(node.ns));
      } else {
        needed.default_ns = index.view(node.ns);
      }
    }
    for (uint32_t i = node.first_attribute; i < node.first_attribute + node.attribute_count; ++i) {
      const Attribute& attribute = index.attributes[i];
      if (attribute.bound_at >= depth) continue;
      needed.add(index.between(attribute.qname_begin, attribute.local_begin - 1), index.view(attribute.ns));
    }
  }
  return needed;
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) { append(out, text, false); }

void append_escaped_value(std::string& out, std::string_view value) { append(out, value, true); }

void write(std::string& out, const Element& element, std::string_view default_ns) {
  const Index& index = Access::index(element);
  const Node& node = index.nodes[Access::node(element)];
  const Needed needed = find_needed(index, Access::node(element));
  out += index.between(node.begin, node.name_end);
  if (needed.default_ns && *needed.default_ns != default_ns) {
    out += " xmlns='";
    append_escaped_value(out, *needed.default_ns);
    out += '\'';
  }
  for (const auto& [prefix, ns] : needed.prefixes) {
    out += " xmlns:";
    out += prefix;
    out += "='";
    append_escaped_value(out, ns);
    out += '\'';
  }
  out += index.between(node.name_end, node.end);
}

void write_inner(std::string& out, const Element& element, std::string_view default_ns) {
  const Index& index = Access::index(element);
  const Node& node = index.nodes[Access::node(element)];
  uint32_t from = node.inner_begin;
  element.for_each_child([&](const Element& child) {
    const Node& inner = index.nodes[Access::node(child)];
    out += index.between(from, inner.begin);
    write(out, child, default_ns);
    from = inner.end;
  });
  out += index.between(from, node.inner_end);
}

Writer& Writer::open(std::string_view name, std::string_view ns) {
  end_start_tag();
  out_ += '<';
  out_ += name;
  open_.push_back(name);
  in_start_tag_ = true;
  if (!ns.empty()) attribute("xmlns", ns);
  return *this;
}

Writer& Writer::attribute(std::string_view name, std::string_view value) {
  assert(in_start_tag_);
  out_ += ' ';
  out_ += name;
  out_ += "='";
  append_escaped_value(out_, value);
  out_ += '\'';
  return *this;
}

Writer& Writer::text(std::string_view text) {
  if (text.empty()) return *this;
  end_start_tag();
  append_escaped(out_, text);
  return *this;
}

Writer& Writer::raw(std::string_view xml) {
  if (xml.empty()) return *this;
  end_start_tag();
  out_ += xml;
  return *this;
}

Writer& Writer::close() {
  assert(!open_.empty());
  if (in_start_tag_) {
    out_ += "/>";
    in_start_tag_ = false;
  } else {
    out_ += "</";
    out_ += open_.back();
    out_ += '>';
  }
  open_.pop_back();
  return *this;
}

Writer& Writer::leaf(std::string_view name, std::string_view text, std::string_view ns) {
  return open(name, ns).text(text).close();
}

void Writer::end_start_tag() {
  if (!in_start_tag_) return;
  out_ += '>';
  in_start_tag_ = false;
}

}  // namespace teahouse::xml
