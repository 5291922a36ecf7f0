#include "modules/muc/versions.h"

#include <algorithm>

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "xml/values.h"

namespace teahouse::muc {
namespace {

int64_t number_in(const AffiliationChange& change, Readable readable) {
  return readable == Readable::everything ? change.number : change.seen_number;
}

bool sees(const AffiliationChange& change, Readable readable) {
  return readable == Readable::everything || change.is_seen;
}

}  // namespace

void AffiliationVersions::restore(std::string nonce, std::vector<AffiliationChange> changes) {
  std::sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  nonce_ = std::move(nonce);
  changes_.assign(changes.begin(), changes.end());
}

const AffiliationChange& AffiliationVersions::add(const BareJid& user, Affiliation before, Affiliation after) {
  const bool is_seen = before >= Affiliation::member || after >= Affiliation::member;
  const int64_t seen = number_of(Readable::people) + (is_seen ? 1 : 0);
  return changes_.emplace_back(AffiliationChange{user, is_seen, number_of(Readable::everything) + 1, seen});
}

bool AffiliationVersions::names(const BareJid& user) const {
  return std::any_of(changes_.begin(), changes_.end(), [&](const auto& each) { return each.user == user; });
}

void AffiliationVersions::begin(std::string nonce) {
  nonce_ = std::move(nonce);
  changes_.clear();
}

std::optional<std::string> AffiliationVersions::before_newest(Readable readable) const {
  if (changes_.empty() || !sees(changes_.back(), readable)) return std::nullopt;
  return write(readable, number_of(readable) - 1);
}

std::optional<std::vector<BareJid>> AffiliationVersions::since(Readable readable, std::string_view version) const {
  const auto number = xml::parse_integer(version.substr(0, version.find('-')));
  if (!number || *number < 0 || *number > number_of(readable)) return std::nullopt;
  if (!crypto::constant_time_equal(version, write(readable, *number))) return std::nullopt;
  // The version before the oldest change that is kept is the first that is known.
  if (!changes_.empty()) {
    const AffiliationChange& oldest = changes_.front();
    const int64_t first = number_in(oldest, readable) - (sees(oldest, readable) ? 1 : 0);
    if (*number < first) return std::nullopt;
  }
  std::vector<BareJid> users;
  for (const auto& change : changes_) {
    if (number_in(change, readable) > *number && sees(change, readable)) users.push_back(change.user);
  }
  std::sort(users.begin(), users.end());
  users.erase(std::unique(users.begin(), users.end()), users.end());
  return users;
}

int64_t AffiliationVersions::number_of(Readable readable) const {
  return changes_.empty() ? 0 : number_in(changes_.back(), readable);
}

std::string AffiliationVersions::write(Readable readable, int64_t number) const {
  const std::string text = std::to_string(number);
  const std::string named = (readable == Readable::everything ? "all " : "people ") + text;
  return text + "-" + crypto::to_base64url(crypto::hmac_sha256(nonce_, named).substr(0, 9));
}

}  // namespace teahouse::muc
