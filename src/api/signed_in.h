// answer_signed_in: what one is answered who has signed in, by whichever way: with the session's token, or to the panel
// with its cookie. Only for .cc files of api/.
//
// Thread: the loop of the ApiContext.
#pragma once

#include "account/persons.h"
#include "api/api_call.h"
#include "api/json.h"

namespace teahouse::api {

// `more` stands beside what is said of the person.
Answer answer_signed_in(const ApiContext& api, const ApiCall& call, const SignedIn& signed_in, JsonObject more = {});
// The password was right, and a code is wanted.
Refusal ask_for_code();

}  // namespace teahouse::api
