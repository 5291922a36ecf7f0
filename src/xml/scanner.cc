// The scanner is a machine with one state for each place in the grammar, but the inside of names, values and text is
// walked by tight loops over a byte table. at_ never passes a character that is not whole, so that a step that ran out
// of bytes is simply taken again when there are more.
//
// A step may call the next one at once, which then finds for itself whether there are bytes left.
//
// Looking back replaces memory: that white space stood before an attribute, or "]]" before a ">", is read off the bytes
// before at_, which are always there.
//
// Here: the frame, names and start tags. content.cc: what stands between tags, and end tags. namespaces.cc: names
// resolved.
#include "xml/scanner.h"

#include "xml/chars.h"
#include "xml/decode.h"

namespace teahouse::xml {

Scanner::Scanner(const Limits& limits, const Outside& outside, Extent extent)
    : limits_(limits), outside_(outside), extent_(extent) {
  if (extent == Extent::element) index_.nodes.reserve(8);
  index_.attributes.reserve(8);
}

Scanner::Outcome Scanner::scan(std::string_view bytes) {
  data_ = bytes.data();
  size_ = bytes.size();
  do {
    if (at_ == size_) return Outcome::need_more;  // each step looks at one byte at least
  } while (step());
  return outcome_;
}

bool Scanner::step() {
  switch (state_) {
    case State::begin:
      if (data_[0] != '<') return refuse("no < where an element should begin");
      at_ = 1;
      state_ = State::markup;
      return true;
    case State::markup: return markup();
    case State::element_name: return element_name();
    case State::in_tag: return in_tag();
    case State::attribute_name: return attribute_name();
    case State::equals: return equals();
    case State::quote: return quote();
    case State::value: return value();
    case State::value_reference: return reference(State::value);
    case State::slash: return slash();
    case State::text: return text();
    case State::text_reference: return reference(State::text);
    case State::bang: return bang();
    case State::cdata_open: return cdata_open();
    case State::cdata: return cdata();
    case State::end_name: return end_name();
    case State::end_space: return end_space();
  }
  return false;
}

bool Scanner::need_more() {
  outcome_ = Outcome::need_more;
  return false;
}

bool Scanner::refuse(StreamFault fault, const char* why) {
  outcome_ = Outcome::fault;
  fault_ = fault;
  fault_text_ = why;
  return false;
}

std::string Scanner::fault_text() const {
  return std::string(fault_text_) + " (after byte " + std::to_string(at_) + " of the element)";
}

std::shared_ptr<Index> Scanner::take_index(SharedBytes bytes, const std::shared_ptr<const Index>& header) {
  index_.bytes = std::move(bytes);
  if (header_used_) index_.header = header;
  return std::make_shared<Index>(std::move(index_));
}

size_t Scanner::skip_space() const {
  size_t at = at_;
  while (at < size_ && is_space(data_[at])) ++at;
  return at;
}

// Passes one character beyond ASCII at `at`; false where it is wrong or not yet whole.
bool Scanner::take_wide(size_t& at, const char* where) {
  const Char wide = decode_char(data_ + at, data_ + size_);
  if (wide.size > 0) {
    at += static_cast<size_t>(wide.size);
    return true;
  }
  at_ = at;
  return wide.size == 0 ? need_more() : refuse(where);
}

// ---- names -------------------------------------------------------------------------------------------------------

// The first character of a name or of its part after the colon.
bool Scanner::take_name_start() {
  const Char first = decode_char(data_ + at_, data_ + size_);
  if (first.size == 0) return need_more();
  if (first.size < 0 || !is_name_start(first.code))
    return refuse("a name begins with a character that cannot begin one");
  at_ += static_cast<size_t>(first.size);
  return true;
}

// Passes a name that began at name_begin_, whose part after the last colon began at part_begin_. True where it has
// ended: at_ is at the byte after it.
bool Scanner::take_name() {
  for (;;) {
    if (at_ == size_) return need_more();
    if (at_ == part_begin_ && !take_name_start()) return false;
    size_t at = at_;
    while (at < size_ && has_class(data_[at], byte_name)) ++at;
    at_ = at;
    if (at == size_) return need_more();
    if (data_[at_] == ':') {
      if (part_begin_ != name_begin_) return refuse("a name has two colons");
      part_begin_ = ++at_;
    } else if (!is_ascii(data_[at_])) {
      const Char wide = decode_char(data_ + at_, data_ + size_);
      if (wide.size == 0) return need_more();
      if (wide.size < 0 || !is_name(wide.code)) return refuse("a name has a character that cannot stand in one");
      at_ += static_cast<size_t>(wide.size);
    } else {
      return true;
    }
  }
}

// ---- start tags --------------------------------------------------------------------------------------------------

bool Scanner::markup() {
  switch (data_[at_]) {
    case '/':
      if (open_ == none) return refuse("an end tag without a start tag");
      part_begin_ = ++at_;
      state_ = State::end_name;
      return true;
    case '!':
      part_begin_ = ++at_;
      state_ = State::bang;
      return true;
    case '?': return refuse(StreamFault::restricted_xml, "a processing instruction");
    default: return open_element();
  }
}

bool Scanner::open_element() {
  if (depth_ >= limits_.depth_max) return refuse(StreamFault::policy_violation, "too many elements inside each other");
  if (index_.nodes.size() >= limits_.elements_max) return refuse(StreamFault::policy_violation, "too many elements");
  const auto id = static_cast<uint32_t>(index_.nodes.size());
  ++depth_;
  index_.nodes.push_back({.begin = static_cast<uint32_t>(at_ - 1),
                          .depth = depth_,
                          .first_attribute = static_cast<uint32_t>(index_.attributes.size()),
                          .parent = open_,
                          .outer_declaration = innermost_});
  if (open_ != none) {
    Node& parent = index_.nodes[open_];
    if (parent.last_child != none) index_.nodes[parent.last_child].next_sibling = id;
    parent.last_child = id;
    ++parent.child_count;
  }
  open_ = id;
  name_begin_ = part_begin_ = at_;
  state_ = State::element_name;
  return element_name();
}

bool Scanner::element_name() {
  if (!take_name()) return false;
  const char after = data_[at_];
  if (!is_space(after) && after != '/' && after != '>')
    return refuse("an element's name has a character that cannot follow it");
  Node& node = index_.nodes[open_];
  node.qname_begin = static_cast<uint32_t>(name_begin_);
  node.local_begin = static_cast<uint32_t>(part_begin_);
  node.name_end = static_cast<uint32_t>(at_);
  state_ = State::in_tag;
  return true;
}

bool Scanner::in_tag() {
  at_ = skip_space();
  if (at_ == size_) return need_more();
  switch (data_[at_]) {
    case '/':
      ++at_;
      state_ = State::slash;
      return true;
    case '>': ++at_; return end_start_tag(false);
    default:
      if (!is_space(data_[at_ - 1])) return refuse("no white space before an attribute");
      return open_attribute();
  }
}

bool Scanner::open_attribute() {
  if (index_.attributes.size() - index_.nodes[open_].first_attribute >= limits_.attributes_max) {
    return refuse(StreamFault::policy_violation, "too many attributes on an element");
  }
  index_.attributes.push_back({});
  name_begin_ = part_begin_ = at_;
  state_ = State::attribute_name;
  return attribute_name();
}

bool Scanner::attribute_name() {
  if (!take_name()) return false;
  if (!is_space(data_[at_]) && data_[at_] != '=')
    return refuse("an attribute's name has a character that cannot follow it");
  Attribute& attribute = index_.attributes.back();
  attribute.qname_begin = static_cast<uint32_t>(name_begin_);
  attribute.local_begin = static_cast<uint32_t>(part_begin_);
  attribute.name_end = static_cast<uint32_t>(at_);
  state_ = State::equals;
  return equals();
}

bool Scanner::equals() {
  at_ = skip_space();
  if (at_ == size_) return need_more();
  if (data_[at_] != '=') return refuse("an attribute without a value");
  ++at_;
  state_ = State::quote;
  return quote();
}

bool Scanner::quote() {
  at_ = skip_space();
  if (at_ == size_) return need_more();
  quote_ = data_[at_];
  if (quote_ != '"' && quote_ != '\'') return refuse("an attribute's value without quotes");
  value_begin_ = ++at_;
  coded_ = false;
  state_ = State::value;
  return value();
}

bool Scanner::value() {
  size_t at = at_;
  for (;;) {
    at = static_cast<size_t>(skip_plain(data_ + at, data_ + size_, byte_plain_value) - data_);
    at_ = at;
    if (at == size_) return need_more();
    const char byte = data_[at];
    if (byte == quote_) break;
    if (!is_ascii(byte)) {
      if (!take_wide(at, "an attribute's value has bytes that are not UTF-8 or not allowed in XML")) return false;
    } else if (byte == '&') {
      part_begin_ = ++at_;
      coded_ = true;
      state_ = State::value_reference;
      return true;
    } else if (is_space(byte)) {
      coded_ = true;
      ++at;
    } else if (byte == '"' || byte == '\'') {
      ++at;
    } else {
      return refuse(byte == '<' ? "a < in an attribute's value" : "an attribute's value has a control character");
    }
  }
  Ref& ref = index_.attributes.back().value;
  const std::string_view raw(data_ + value_begin_, at_ - value_begin_);
  if (coded_) {
    ref.begin = static_cast<uint32_t>(index_.extra.size());
    append_decoded_value(index_.extra, raw);
    ref.size = static_cast<uint32_t>(index_.extra.size()) - ref.begin;
    ref.source = Ref::extra;
  } else {
    ref.begin = static_cast<uint32_t>(value_begin_);
    ref.size = static_cast<uint32_t>(raw.size());
  }
  ++at_;
  state_ = State::in_tag;
  return true;
}

bool Scanner::slash() {
  if (data_[at_] != '>') return refuse("a / in a start tag that does not end it");
  ++at_;
  return end_start_tag(true);
}

bool Scanner::end_start_tag(bool empty) {
  if (!resolve_names()) return false;
  Node& node = index_.nodes[open_];
  node.inner_begin = node.inner_end = static_cast<uint32_t>(at_);
  if (extent_ == Extent::start_tag) {
    self_closed_ = empty;
    node.end = static_cast<uint32_t>(at_);
    outcome_ = Outcome::whole;
    return false;
  }
  if (empty) return close_element();
  run_begin_ = at_;
  state_ = State::text;
  return true;
}

}  // namespace teahouse::xml
