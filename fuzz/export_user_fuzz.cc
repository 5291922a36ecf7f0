// Documents of users (XEP-0227) from anywhere, with all forms of modules: what is written of a parsed one is read the
// same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "modules/offline/row_form.h"
#include "modules/private_xml/row_form.h"
#include "modules/roster/row_form.h"
#include "modules/vcard/row_form.h"
#include "transfer/user_document.h"

namespace export_user_fuzz {

using namespace teahouse;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::vector<transfer::RowForm> forms = {make_roster_form(), make_vcard_form(), make_private_xml_form(),
                                                       make_offline_form()};
  const auto user = transfer::parse_user_document(std::string(reinterpret_cast<const char*>(data), size), forms);
  if (!user) return 0;
  const auto text = transfer::write_user_document(*user, forms);
  if (!text) abort();
  const auto again = transfer::parse_user_document(*text, forms);
  if (!again || again->host != user->host || again->account.localpart != user->account.localpart ||
      again->keys != user->keys || again->rows.size() != user->rows.size()) {
    abort();
  }
  for (const auto& [map, rows] : user->rows) {
    if (again->rows.at(map).size() != rows.size()) abort();
  }
  return 0;
}

}  // namespace export_user_fuzz
