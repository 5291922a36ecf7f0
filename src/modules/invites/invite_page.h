// The page of an invitation, at /invite/TOKEN of the tenant's accounts host (or below public.url): for people who have
// no client yet. It runs no script, loads nothing, and tells the domain and the inviter's name alone.
//
// Thread: the home's loop. Errors: 404, as a page, for what is no valid token, whatever is wrong with it.
// Spec: XEP-0401 section 5.2, XEP-0379 section 3.3.
#pragma once

#include <string>

#include "server/module_context.h"

namespace teahouse {

void add_invite_page(ModuleContext& context);
std::string invite_page_url(const SharedContext& context, const Host& host, std::string_view token);

}  // namespace teahouse
