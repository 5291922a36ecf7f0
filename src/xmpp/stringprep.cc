#include "xmpp/stringprep.h"

#include <unicode/unistr.h>
#include <unicode/usprep.h>

#include <memory>
#include <vector>

#include "base/text.h"

namespace teahouse::xmpp {
namespace {

constexpr size_t input_bytes_max = 4 * 1023;
constexpr size_t growth_max = 18;  // the longest decomposition of one character

struct Closer {
  void operator()(UStringPrepProfile* profile) const { usprep_close(profile); }
};
using Profile = std::unique_ptr<UStringPrepProfile, Closer>;

Profile open(UStringPrepProfileType type) {
  UErrorCode status = U_ZERO_ERROR;
  Profile profile(usprep_openByType(type, &status));
  return U_SUCCESS(status) ? std::move(profile) : nullptr;
}

std::optional<std::string> prepare(const Profile& profile, std::string_view text) {
  if (!profile || text.size() > input_bytes_max || !is_utf8(text)) return std::nullopt;
  const icu::UnicodeString given =
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
  std::vector<char16_t> prepared(static_cast<size_t>(given.length()) * growth_max + 1);
  UErrorCode status = U_ZERO_ERROR;
  const int32_t size = usprep_prepare(profile.get(), given.getBuffer(), given.length(), prepared.data(),
                                      static_cast<int32_t>(prepared.size()), USPREP_ALLOW_UNASSIGNED, nullptr, &status);
  if (U_FAILURE(status)) return std::nullopt;
  std::string out;
  icu::UnicodeString(prepared.data(), size).toUTF8String(out);
  return out;
}

}  // namespace

std::optional<std::string> nodeprep(std::string_view text) {
  static const Profile profile = open(USPREP_RFC3920_NODEPREP);
  return prepare(profile, text);
}

std::optional<std::string> saslprep(std::string_view text) {
  static const Profile profile = open(USPREP_RFC4013_SASLPREP);
  return prepare(profile, text);
}

}  // namespace teahouse::xmpp
