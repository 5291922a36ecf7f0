// Result set management: which page of a long list is asked for, and which one is answered.
//
// Spec: XEP-0059.
// Errors: bad_request for a max or index that is no number.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "xml/document.h"
#include "xml/writer.h"

namespace teahouse {

// The page that a <set/> asks for. Absent conditions don't matter.
struct RsmRequest {
  std::optional<size_t> max;          // 0: only count
  std::optional<std::string> after;   // the page that follows this item
  std::optional<std::string> before;  // the page that ends before this item; empty: the last page
  std::optional<size_t> index;

  bool backwards() const { return before && !after; }
  // `max` brought into the bounds of the answering side.
  size_t page_size(size_t unless_asked, size_t most) const;
};

// Reads a <set xmlns='http://jabber.org/protocol/rsm'/>. A number that is too large for anybody is read as the largest.
Result<RsmRequest> parse_rsm(const xml::Element& set);
// The same of the <set/> inside an element; a request for everything where there is none.
Result<RsmRequest> parse_rsm_of(const xml::Element& parent);

struct RsmAnswer {
  std::string first, last;            // empty: the page is empty
  std::optional<size_t> first_index;  // absent: not known
  std::optional<size_t> count;        // absent: not known
};

void write_rsm(xml::Writer& writer, const RsmAnswer& answer);

}  // namespace teahouse
