// Report: a user's word on an address that the user blocks, kept for the site (GET /v1/reports).
//
// Spec: XEP-0377 (0.4.1).
// Limits: a text of 2,000 bytes and 20 messages; more is left out, since a report that is odd must not keep anybody
// from blocking.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/arrival_order.h"
#include "store/stores.h"
#include "xml/document.h"
#include "xmpp/jid.h"

namespace teahouse {

inline constexpr const char* reports_archive = "reports";  // the store's name; its owner is the tenant's domain

struct Report {
  std::string reason;   // "spam", "abuse" or another URI
  std::string payload;  // the <report/>, with nothing in it but what is known here
};

// Of an <item/> of a <block/>; none where it holds no report, or one without a reason.
std::optional<Report> read_report(const xml::Element& item);

// The row that keeps it, as a message from the reporter to the address.
store::ArchiveRow make_report_row(const store::Arrival& arrival, const BareJid& reporter, const Jid& address,
                                  const Report& report);

}  // namespace teahouse
