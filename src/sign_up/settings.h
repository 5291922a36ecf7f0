// Settings: the part [sign_up] of teahouse.toml.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace teahouse::sign_up {

inline constexpr int64_t per_h_max = 5'000;

struct Settings {
  std::string plan;               // of those who sign up with the operator; empty: nobody does
  std::string domain;             // below which their sites have their names
  int64_t per_address_per_h = 5;  // orders of one address; of IPv6, of one /64
  int64_t per_h = 100;            // of all
  int64_t tenants_per_person = 3;
  std::string disposable_mail;        // a file of domains whose mail is thrown away; empty: none
  std::vector<std::string> reserved;  // labels, beside those of site_name.h
};

}  // namespace teahouse::sign_up
