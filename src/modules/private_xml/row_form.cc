#include "modules/private_xml/row_form.h"

#include <set>

#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

using Rows = transfer::RowForm::Rows;

constexpr size_t elements_max = 100;

Result<void> write_private_xml(const Rows& rows, xml::Writer& user) {
  if (rows.empty()) return {};
  user.open("query", ns::private_xml);
  for (const auto& row : rows) user.raw(row.value);
  user.close();
  return {};
}

Result<Rows> read_private_xml(const xml::Element& user) {
  Rows rows;
  const auto query = user.child("query", ns::private_xml);
  if (!query) return rows;
  std::set<std::string> names;
  query->for_each_child([&](const xml::Element& child) {
    std::string name = std::string(child.name()).append(" ").append(child.ns());  // as PrivateXmlModule has it
    std::string stored;
    xml::write(stored, child, ns::private_xml);
    names.insert(name);
    rows.push_back({std::move(name), std::move(stored)});
  });
  if (names.size() == rows.size() && rows.size() <= elements_max) return rows;
  return Error{ErrorKind::bad_request, "The private XML of a user has an element twice, or more than 100."};
}

}  // namespace

transfer::RowForm make_private_xml_form() { return {"private", write_private_xml, read_private_xml}; }

}  // namespace teahouse
