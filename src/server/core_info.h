// core_info: the core declares itself as modules do: streams and sessions, without which no tenant is.
#pragma once

#include "server/module.h"

namespace teahouse {

const ModuleInfo& core_info();

}  // namespace teahouse
