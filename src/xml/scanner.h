// Scanner: finds the end of one element in bytes that come in pieces, checks all of it on the way, and builds its
// Index.
//
// Every byte is looked at once (the bytes of one character or one reference perhaps again), whatever the pieces, and
// every verdict depends only on the bytes up to where it falls: so the same bytes give the same answer in any pieces.
//
// Limits: see Limits; element_bytes_max is kept by the caller, who never shows it more bytes than bytes_max().
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "xml/index.h"
#include "xml/stream_parser.h"

namespace teahouse::xml {

// The namespaces in force outside the element. Lifetime: until the element is whole.
struct Outside {
  std::string_view default_ns;    // where there is no stream header, and in place of that one's own
  const Index* header = nullptr;  // the stream header
};

class Scanner {
 public:
  enum class Extent { element, start_tag };
  enum class Outcome { need_more, whole, fault };

  Scanner(const Limits& limits, const Outside& outside, Extent extent);

  size_t bytes_max() const { return std::min(limits_.element_bytes_max, ref_size_max); }

  // REQUIRES: `bytes` begins with all the bytes of the last call, and that one said need_more.
  Outcome scan(std::string_view bytes);

  // After `whole`: how many bytes it has, whether its start tag was <like-this/>, and its index, once.
  size_t element_size() const { return at_; }
  bool self_closed() const { return self_closed_; }
  std::shared_ptr<Index> take_index(SharedBytes bytes, const std::shared_ptr<const Index>& header);

  // After `fault`.
  StreamFault fault() const { return fault_; }
  std::string fault_text() const;

 private:
  enum class State : uint8_t {
    begin,            // before <
    markup,           // after <
    element_name,     //
    in_tag,           // between the parts of a start tag
    attribute_name,   //
    equals,           // before =
    quote,            // before the opening quote
    value,            //
    value_reference,  // after & in a value
    slash,            // after / in a start tag
    text,             //
    text_reference,   // after & in text
    bang,             // after <!
    cdata_open,       // in <![CDATA[
    cdata,            //
    end_name,         // after </
    end_space,        // before > in an end tag
  };
  struct Binding {
    Ref ns;
    uint32_t depth;
  };

  // The steps: true to go on, false to stop with outcome_.
  bool step();
  bool markup();
  bool open_element();
  bool element_name();
  bool in_tag();
  bool open_attribute();
  bool attribute_name();
  bool equals();
  bool quote();
  bool value();
  bool reference(State after);
  bool slash();
  bool text();
  bool bang();
  bool cdata_open();
  bool cdata();
  bool end_name();
  bool end_space();
  bool take_name();
  bool take_name_start();
  bool take_wide(size_t& at, const char* where);
  bool end_start_tag(bool empty);
  bool close_element();
  bool need_more();
  bool refuse(const char* why) { return refuse(StreamFault::not_well_formed, why); }
  bool refuse(StreamFault fault, const char* why);
  size_t skip_space() const;

  // Namespaces (namespaces.cc).
  bool resolve_names();
  bool declare(uint32_t attribute);
  bool check_duplicates(uint32_t first);
  bool resolve_attributes(uint32_t first);
  std::optional<Binding> find_binding(std::string_view prefix);
  std::optional<Binding> find_outside_binding(std::string_view prefix);
  Ref find_equal_name(Ref name);
  Ref outside_ref(Ref ref);
  std::string_view view(Ref ref) const;
  std::string_view between(uint32_t begin, uint32_t end) const { return {data_ + begin, end - begin}; }

  Limits limits_;
  Outside outside_;
  Extent extent_;
  Index index_;

  const char* data_ = nullptr;  // the bytes of this call
  size_t size_ = 0;
  size_t at_ = 0;  // all before it is done
  State state_ = State::begin;
  char quote_ = 0;
  bool coded_ = false;  // the value needs decoding
  bool self_closed_ = false;
  bool header_used_ = false;
  Outcome outcome_ = Outcome::need_more;
  StreamFault fault_ = StreamFault::not_well_formed;
  const char* fault_text_ = "";

  size_t part_begin_ = 0;   // of a name's part, a value, a reference, <!, an end tag's name: only one is open at a time
  size_t name_begin_ = 0;   // of the name, prefix included
  size_t value_begin_ = 0;  // of the value
  size_t run_begin_ = 0;    // of the text since the last tag or CDATA section, or of the CDATA section's content
  uint32_t open_ = none;    // the innermost open element
  uint32_t depth_ = 0;      // open elements
  uint32_t innermost_ = none;   // the innermost declaration in force
  uint32_t declarations_ = 0;   // how many are in force
  std::optional<Ref> default_;  // the default namespace outside, once it was asked for
};

}  // namespace teahouse::xml
