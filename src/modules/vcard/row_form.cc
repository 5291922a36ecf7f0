#include "modules/vcard/row_form.h"

#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

using Rows = transfer::RowForm::Rows;

constexpr const char* row_name = "vcard";  // as VcardModule has it

Result<void> write_vcard(const Rows& rows, xml::Writer& user) {
  for (const auto& row : rows) user.raw(row.value);
  return {};
}

Result<Rows> read_vcard(const xml::Element& user) {
  Rows rows;
  if (const auto vcard = user.child("vCard", ns::vcard_temp))
    rows.push_back({row_name, transfer::take_element(*vcard)});
  return rows;
}

}  // namespace

transfer::RowForm make_vcard_form() { return {"vcard", write_vcard, read_vcard}; }

}  // namespace teahouse
