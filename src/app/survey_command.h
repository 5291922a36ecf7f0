// `teahouse check DOMAIN`: looks at a domain from outside, from where it runs, and needs no server of ours.
//
// Thread: the main thread's; it runs a loop of its own.
#pragma once

#include <string>

namespace teahouse {

struct SurveyOptions {
  std::string domain;
  std::string dns_server;         // as UnboundOptions has it
  std::string trust_anchor_file;  // empty: the system's, where it has one
  std::string ca_file;            // empty: the system's authorities
  bool any_address = false;       // private ones are connected to, too
  bool as_json = false;
};

// Gives the program's exit status: 0 where nothing is wrong, 1 where something is, 2 for a domain that is none.
int survey_domain(const SurveyOptions& options);

}  // namespace teahouse
