// ApiTokenModule: gives a session of one of a site's users a token for calls of the HTTP API as that user: an iq of
// type "get" with <token xmlns='urn:teahouse:api-token:0'/> to the account itself, answered by the same element with
// the token as its text and its end in `expires`. Our own; the widget asks for it.
//
// Thread: its home loop.
// Limits: good for five minutes (account/session_token.h); a session asks as often as its rate lets it.
// Errors: forbidden for guests, for accounts that no site token has named, and where device_days are 0; conflict for a
// site that has no signing secret.
#pragma once

#include "server/module_context.h"

namespace teahouse {

class ApiTokenModule final : public Module {
 public:
  const ModuleInfo& info() const override;
  void attach(ModuleContext& context) override;
};

}  // namespace teahouse
