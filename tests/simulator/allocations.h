// How many objects of the heap live: what a run leaves behind (frames of tasks that nobody resumes, tickets, stanzas)
// shows there, since all that it made is destroyed at its end.
#pragma once

#include <cstdint>

namespace teahouse::simulator {

int64_t count_allocations();

}  // namespace teahouse::simulator
