// Names of sites that people choose by themselves, as a label below the host's domain: which label the words of a site
// make, which labels are kept back, and which a person's eye takes for another.
//
// Thread: any. Limits: labels of 3 to 40 bytes. Errors: bad_request with a sentence.
// Spec: RFC 5890 section 2.3.1 (letters, digits, hyphens; none that could be an A-label); Unicode UTS #39 section 4
// (skeletons).
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "tenant/tenant.h"

namespace teahouse::sign_up {

inline constexpr size_t label_bytes_min = 3, label_bytes_max = 40;

// Of "Ann's Tea Shop" it is "anns-tea-shop", of "茶馆" "cha-guan"; of words without letters or digits nothing.
std::string make_label(std::string_view words);
Result<std::string> parse_label(std::string_view text);

// The names that no site of a stranger has: those of services, and of the people who run them.
const std::vector<std::string_view>& reserved_labels();

// Two names that a person's eye takes for one another have the same: "paypal", "PayPaI", "pay-pa1" and "раураl" in
// Cyrillic letters.
std::string look_of(std::string_view name);

// TakenLooks: the looks that names below a domain may not have, since a tenant has them. It keeps what it has computed.
// Limits: remembers 100,000 names; above that it forgets all.
class TakenLooks {
 public:
  // Of a tenant below the domain it is what stands before that; of another its whole domain, and the name in it that
  // was registered: "shop" of "www.shop.example".
  std::unordered_set<std::string> list(const std::vector<TenantPtr>& tenants, std::string_view domain);

 private:
  const std::string& find(const std::string& name);

  std::mutex mutex_;  // of what follows
  std::unordered_map<std::string, std::string> known_;
};

// Labels like this one, to be proposed where it is taken: the first is the best.
std::vector<std::string> similar_labels(std::string_view label);

}  // namespace teahouse::sign_up
