// From what a client asks of an archive (XEP-0313) to what the store can answer, and back.
//
// Shared by the archives of accounts and of rooms. Errors: item_not_found for an id that no archive of ours gives out;
// feature_not_implemented for a page by index.
#pragma once

#include "server/home.h"
#include "store/data_plane.h"
#include "xmpp/mam.h"

namespace teahouse {

inline constexpr size_t archive_page_rows = 50;  // unless asked
inline constexpr size_t archive_page_rows_max = 250;
inline constexpr size_t archive_page_bytes = 1 << 20;  // a page of long messages ends with the one that reaches this

// `with` may be the form that older clients make of an account's address.
Result<store::ArchiveQuery> make_archive_query(MamQuery query, Home& home);
RsmAnswer make_rsm_answer(const store::ArchivePage& page, const ArchiveIds& ids);

// The page, after checking that each id it starts or ends at is there (item_not_found: XEP-0313 section 4.3, XEP-0059).
Task<Result<store::ArchivePage>> load_archive_page(Home& home, store::ArchiveStore archive, std::string owner,
                                                   store::ArchiveQuery query);

}  // namespace teahouse
