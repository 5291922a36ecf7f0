// THE list of modules: what a home consists of, in the order in which their hooks run.
#pragma once

#include <memory>
#include <vector>

#include "server/module.h"

namespace teahouse {

std::vector<std::unique_ptr<Module>> make_modules();

}  // namespace teahouse
