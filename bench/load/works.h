// The works: each does one kind of load and fills the job's report. `bench_load --help` tells their options.
#pragma once

#include "bench/load/job.h"

namespace teahouse::bench {

void run_login(Job& job);     // login.cc
void run_idle(Job& job);      // idle.cc
void run_messages(Job& job);  // messages.cc
void run_room(Job& job);      // room.cc
void run_presence(Job& job);  // presence.cc
void run_archive(Job& job);   // archive.cc
void run_flood(Job& job);     // flood.cc
void run_post(Job& job);      // post.cc
void run_stalled(Job& job);   // stalled.cc
void run_resume(Job& job);    // resume.cc

}  // namespace teahouse::bench
