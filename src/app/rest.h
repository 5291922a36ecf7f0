// come_to_rest: waits until nothing is under way inside the house any more: parcels of one home for another have
// arrived, work that waited for a store has gone on and is over, and each loop knows that all writes are on disk. Calls
// from outside keep the house from coming to rest.
//
// Thread: the main thread's, while the loops run.
// Limits: `most`; false: something is under way still, or the disk takes nothing.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "app/worker.h"
#include "store/control_plane.h"
#include "store/questions.h"

namespace teahouse {

bool come_to_rest(const std::vector<std::unique_ptr<Worker>>& workers, store::ControlPlane& control,
                  store::Questions& questions, std::chrono::milliseconds most);

}  // namespace teahouse
