// Writer: appends well-formed XML to a string, without a tree.
//
//   Writer(out).open("iq").attribute("type", "result").open("query", ns).close().close();
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "xml/document.h"

namespace teahouse::xml {

// Appends character data, escaped; bytes that are not UTF-8 and characters that XML 1.0 does not allow are left out.
void append_escaped(std::string& out, std::string_view text);
// Appends an attribute's value, for either kind of quotes: white space is escaped too, or it would be read as spaces.
void append_escaped_value(std::string& out, std::string_view value);

// Writes an element out again so that it means the same where `default_ns` is in force and no prefix is bound: its
// bytes as they came, with the declarations that it needs from outside added to its start tag.
void write(std::string& out, const Element& element, std::string_view default_ns);
// The same for all that is between its tags, text included.
void write_inner(std::string& out, const Element& element, std::string_view default_ns);

// Lifetime: the names given to open() are kept until the matching close().
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  // Opens an element; a namespace that is given is declared on it as the default one.
  Writer& open(std::string_view name, std::string_view ns = {});
  // On the element just opened. An empty name or value is the caller's affair: it is written as it is.
  Writer& attribute(std::string_view name, std::string_view value);
  Writer& text(std::string_view text);
  // Well-formed XML that is already there.
  Writer& raw(std::string_view xml);
  Writer& close();
  // open(name, ns), text, close.
  Writer& leaf(std::string_view name, std::string_view text, std::string_view ns = {});

 private:
  void end_start_tag();
  std::string& out_;
  std::vector<std::string_view> open_;
  bool in_start_tag_ = false;
};

}  // namespace teahouse::xml
