// The scanner's steps between tags: text, references, CDATA sections, end tags.
#include <algorithm>

#include "xml/chars.h"
#include "xml/decode.h"
#include "xml/scanner.h"

namespace teahouse::xml {

// ---- content -----------------------------------------------------------------------------------------------------

bool Scanner::text() {
  size_t at = at_;
  for (;;) {
    at = static_cast<size_t>(skip_plain(data_ + at, data_ + size_, byte_plain_text) - data_);
    at_ = at;
    if (at == size_) return need_more();
    const char byte = data_[at];
    if (byte == '<') {
      ++at_;
      state_ = State::markup;
      return true;
    }
    if (byte == '&') {
      part_begin_ = ++at_;
      state_ = State::text_reference;
      return true;
    }
    if (!is_ascii(byte)) {
      if (!take_wide(at, "the text has bytes that are not UTF-8 or not allowed in XML")) return false;
    } else if (byte == '>') {
      if (at >= run_begin_ + 2 && data_[at - 1] == ']' && data_[at - 2] == ']') return refuse("a ]]> in the text");
      ++at;
    } else {
      return refuse("the text has a control character");
    }
  }
}

bool Scanner::reference(State after) {
  const size_t end = std::min(size_, part_begin_ + reference_bytes_max + 1);
  while (at_ < end && has_class(data_[at_], byte_reference)) ++at_;
  if (at_ - part_begin_ > reference_bytes_max) return refuse("an & that begins no entity");
  if (at_ == size_) return need_more();
  if (data_[at_] != ';') return refuse("an & that begins no entity");
  if (!find_reference({data_ + part_begin_, at_ - part_begin_})) return refuse("an entity that is not declared");
  ++at_;
  state_ = after;
  return true;
}

bool Scanner::bang() {
  switch (data_[at_]) {
    case '-': return refuse(StreamFault::restricted_xml, "a comment");
    case 'D': return refuse(StreamFault::restricted_xml, "a document type");
    case '[':
      if (open_ == none) return refuse("a CDATA section outside an element");
      state_ = State::cdata_open;
      return true;
    default: return refuse("a <! that begins nothing");
  }
}

bool Scanner::cdata_open() {
  static constexpr std::string_view wanted = "[CDATA[";
  for (; at_ < size_ && at_ - part_begin_ < wanted.size(); ++at_) {
    if (data_[at_] != wanted[at_ - part_begin_]) return refuse("a <! that begins nothing");
  }
  if (at_ - part_begin_ < wanted.size()) return need_more();
  run_begin_ = at_;
  state_ = State::cdata;
  return true;
}

bool Scanner::cdata() {
  size_t at = at_;
  for (;;) {
    while (at < size_ && has_class(data_[at], byte_plain_text)) ++at;
    at_ = at;
    if (at == size_) return need_more();
    const char byte = data_[at];
    if (!is_ascii(byte)) {
      if (!take_wide(at, "a CDATA section has bytes that are not UTF-8 or not allowed in XML")) return false;
    } else if (byte == '>' && at >= run_begin_ + 2 && data_[at - 1] == ']' && data_[at - 2] == ']') {
      run_begin_ = ++at_;
      state_ = State::text;
      return true;
    } else if (byte == '<' || byte == '&' || byte == '>') {
      ++at;
    } else {
      return refuse("a CDATA section has a control character");
    }
  }
}

// ---- end tags ----------------------------------------------------------------------------------------------------

bool Scanner::end_name() {
  const Node& node = index_.nodes[open_];
  const std::string_view name = between(node.qname_begin, node.name_end);
  for (; at_ < size_ && at_ - part_begin_ < name.size(); ++at_) {
    if (data_[at_] != name[at_ - part_begin_]) return refuse("an end tag that does not match its start tag");
  }
  if (at_ - part_begin_ == name.size()) state_ = State::end_space;
  return true;
}

bool Scanner::end_space() {
  at_ = skip_space();
  if (at_ == size_) return need_more();
  if (data_[at_] != '>') return refuse("an end tag that does not match its start tag");
  ++at_;
  index_.nodes[open_].inner_end = static_cast<uint32_t>(part_begin_ - 2);
  return close_element();
}

bool Scanner::close_element() {
  Node& node = index_.nodes[open_];
  node.end = static_cast<uint32_t>(at_);
  for (; innermost_ != node.outer_declaration; --declarations_) innermost_ = index_.attributes[innermost_].outer;
  --depth_;
  open_ = node.parent;
  if (open_ == none) {
    outcome_ = Outcome::whole;
    return false;
  }
  // The prefixes used between the parent's tags are those used in this element's tag (already told to the parent by
  // resolve_names) and between its own.
  Node& parent = index_.nodes[open_];
  parent.inner_reach = std::min(parent.inner_reach, node.inner_reach);
  run_begin_ = at_;
  state_ = State::text;
  return true;
}

}  // namespace teahouse::xml
