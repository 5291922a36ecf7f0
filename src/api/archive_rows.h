// Archived messages as the API shows them.
#pragma once

#include <optional>
#include <string>

#include "api/api_call.h"
#include "store/data_plane.h"
#include "xmpp/stanza.h"

namespace teahouse::api {

inline constexpr const char* account_archive = "archive";  // the store's name, as modules/archive has it
inline constexpr const char* reports_archive = "reports";  // modules/blocking's; its owner is the tenant's domain

// The stanza of a row; none for one that cannot be read.
std::optional<Stanza> read_row(const store::ArchiveRow& row);
// The text of a message; empty for a marker, a ticket and all else without one.
std::string text_of(const Stanza& message);

// The page before the cursor, newest rows last, that read_page() describes. Errors: bad_request for a cursor that is
// none.
Result<store::ArchiveQuery> make_history_query(const PageWanted& page, const ArchiveIds& ids);

}  // namespace teahouse::api
