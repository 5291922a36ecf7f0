#include "xmpp/rsm.h"

#include <algorithm>

#include "xml/values.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

Result<size_t> parse_number(const xml::Element& element) {
  const auto value = xml::parse_integer(element.text());
  if (value && *value >= 0) return static_cast<size_t>(*value);
  return Error{ErrorKind::bad_request, "<" + std::string(element.name()) + "/> of the <set/> is no number."};
}

}  // namespace

size_t RsmRequest::page_size(size_t unless_asked, size_t most) const {
  return std::min(max.value_or(unless_asked), most);
}

Result<RsmRequest> parse_rsm(const xml::Element& set) {
  RsmRequest request;
  for (auto child = set.first_child(); child; child = child->next_sibling()) {
    if (child->ns() != ns::rsm) continue;
    if (child->name() == "max" || child->name() == "index") {
      const auto number = parse_number(*child);
      if (!number) return number.error();
      (child->name() == "max" ? request.max : request.index) = *number;
    } else if (child->name() == "after") {
      request.after = child->text();
    } else if (child->name() == "before") {
      request.before = child->text();
    }
  }
  return request;
}

Result<RsmRequest> parse_rsm_of(const xml::Element& parent) {
  const auto set = parent.child("set", ns::rsm);
  return set ? parse_rsm(*set) : RsmRequest{};
}

void write_rsm(xml::Writer& writer, const RsmAnswer& answer) {
  writer.open("set", ns::rsm);
  if (!answer.first.empty()) {
    writer.open("first");
    if (answer.first_index) writer.attribute("index", std::to_string(*answer.first_index));
    writer.text(answer.first).close();
    writer.leaf("last", answer.last);
  }
  if (answer.count) writer.leaf("count", std::to_string(*answer.count));
  writer.close();
}

}  // namespace teahouse
