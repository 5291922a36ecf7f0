// The page that joins an arranged call: the widget's call alone (web/widget/src/call-page.tsx). The link that it was
// opened by stays in the browser; the page shows it to the API (api/calls.cc).
#pragma once

#include "server/module_context.h"

namespace teahouse::jingle {

void add_call_page(ModuleContext& context);

}  // namespace teahouse::jingle
