// Dialback: the keys by which a server is known by its DNS name, and its elements.
//
// A key is made from a secret of the tenant and the id of the stream, so that nothing is kept to know it again.
//
// Thread: any. Spec: XEP-0220, XEP-0185.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "xml/document.h"

namespace teahouse::s2s {

std::string make_dialback_secret(std::string_view house_secret, TenantId tenant);
std::string make_dialback_key(std::string_view secret, std::string_view receiving, std::string_view originating,
                              std::string_view stream_id);

// <db:result/> or <db:verify/>. Errors: jid_malformed for domains that are none, bad_request for one of a third name.
struct DialbackWord {
  bool is_verify = false;
  std::string from, to;  // normal domains
  std::string type;      // "valid", "invalid", "error"; empty: it asks
  std::string id;        // of the stream that a verify is about
  std::string key;
  std::string reason;  // the condition of an error
};
Result<DialbackWord> read_dialback(const xml::Element& element);

std::string write_dialback(const DialbackWord& word);
// The answer of that type; with an error's condition where it is "error".
std::string answer_dialback(const DialbackWord& asked, std::string_view type, std::string_view condition = {});

}  // namespace teahouse::s2s
