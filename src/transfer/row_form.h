// RowForm: how a module's rows of one account leave as XEP-0227 has them, and come back. A module that has one gives it
// (app/modules.h lists them); rows of the others leave as lines (row_line.h).
//
// Thread: any; its functions keep nothing. Errors: bad_request, with a sentence, for what the module can't have
// written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/stores.h"
#include "xml/document.h"
#include "xml/writer.h"
#include "xmpp/jid.h"

namespace teahouse::transfer {

inline constexpr char pie_ns[] = "urn:xmpp:pie:0";
inline constexpr char own_ns[] = "urn:teahouse:export:1";  // of what XEP-0227 has no place for

struct RowForm {
  using Rows = std::vector<store::MapStore::Entry>;

  std::string_view map;  // whose rows they are, under the account's address
  // Writes them as children of the <user/> that is open; nothing where there are none.
  Result<void> (*write)(const Rows& rows, xml::Writer& user);
  // Those that the children of this <user/> make; what is of other forms is passed over.
  Result<Rows> (*read)(const xml::Element& user);
};

// An element as a row has it: with all declarations that it needs.
std::string take_element(const xml::Element& element);

}  // namespace teahouse::transfer
