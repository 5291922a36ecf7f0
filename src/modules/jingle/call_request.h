// CallRequest: a stanza that asks for a call, or for pictures in one that goes on. Other uses of Jingle (files) are
// none.
//
// Thread: any. Spec: XEP-0353 (propose), XEP-0482 (invite), XEP-0166 with XEP-0167 (session-initiate, content-add).
#pragma once

#include <optional>

#include "xmpp/stanza.h"

namespace teahouse::jingle {

struct CallRequest {
  bool begins = true;  // false: adds to a call that goes on
  bool has_video = false;
};

std::optional<CallRequest> find_call_request(const Stanza& stanza);

}  // namespace teahouse::jingle
