// The messages that wait for an account, in an export (XEP-0227).
//
// Thread: any.
#pragma once

#include "transfer/row_form.h"

namespace teahouse {

transfer::RowForm make_offline_form();

}  // namespace teahouse
