// The protocol of message archives: a query as values, and the answers. Knows nothing of where the messages are kept.
//
// Spec: XEP-0313 (urn:xmpp:mam:2 and its extended fields), XEP-0059, XEP-0297.
// Limits: 100 values in the field `ids`; a queryid of 1,000 bytes.
// Errors: bad_request for a query that cannot be read, jid_malformed for a `with` that is no address,
// feature_not_implemented for a field that it does not know.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "xml/document.h"
#include "xmpp/jid.h"
#include "xmpp/rsm.h"

namespace teahouse {

// Which messages are asked for: all conditions hold together, absent ones don't matter. Ids are those that the
// archive gave out.
struct MamQuery {
  static constexpr size_t ids_max = 100;
  static constexpr size_t queryid_bytes_max = 1000;

  std::string queryid;  // empty: absent
  std::optional<Jid> with;
  std::optional<int64_t> start_ms, end_ms;  // inclusive
  std::optional<std::string> after_id, before_id;
  std::vector<std::string> ids;  // only these, when not empty
  std::optional<bool> include_groupchat;
  bool flip_page = false;  // the page's newest message is sent first
  RsmRequest rsm;
};

// Reads the <query xmlns='urn:xmpp:mam:2'/> of an iq of type set. Form fields that it does not know are refused, as the
// XEP's field list is what make_mam_form() shows.
Result<MamQuery> parse_mam_query(const xml::Element& query);

// The answer to an iq of type get with the same <query/>: the fields that parse_mam_query() knows.
std::string make_mam_form();

// The payload of one result message. `message` is the whole <message xmlns='jabber:client'…>.
std::string make_mam_result(std::string_view queryid, std::string_view id, int64_t wall_ms, std::string_view message);

// The payload of the iq that ends the results.
std::string make_mam_fin(const RsmAnswer& page, bool complete, bool stable = true);

// One end of an archive.
struct MamEnd {
  std::string id;
  int64_t wall_ms;
};
// The answer to <metadata/>; no ends: the archive is empty.
std::string make_mam_metadata(const std::optional<MamEnd>& first, const std::optional<MamEnd>& last);

}  // namespace teahouse
