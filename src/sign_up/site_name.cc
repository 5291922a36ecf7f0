// A look is a skeleton of UTS #39 with three things done to it that the standard leaves alone: digits stand for the
// letters that they are written for, "i" for "l", and hyphens and dots for nothing. It is compared, and never shown.
#include "sign_up/site_name.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/text.h"

namespace teahouse::sign_up {
namespace {

constexpr size_t words_bytes_max = 400, known_max = 100'000;

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// "Any-Latin" reads letters of other scripts aloud, the next two leave ASCII of that. Null where ICU lacks its data.
std::unique_ptr<icu::Transliterator> make_reader() {
  UErrorCode failed = U_ZERO_ERROR;
  UParseError where;
  std::unique_ptr<icu::Transliterator> reader(
      icu::Transliterator::createInstance("Any-Latin; Latin-ASCII; Lower", UTRANS_FORWARD, where, failed));
  return U_SUCCESS(failed) ? std::move(reader) : nullptr;
}

std::string read_aloud(std::string_view words) {
  const auto reader = make_reader();
  if (!reader) return lower_ascii(words);
  auto text = icu::UnicodeString::fromUTF8({words.data(), static_cast<int32_t>(words.size())});
  reader->transliterate(text);
  std::string read;
  return text.toUTF8String(read);
}

char stands_for(char c) {
  switch (c) {
    case '0': return 'o';
    case '1':
    case 'i':
    case '|': return 'l';
    case '3': return 'e';
    case '4': return 'a';
    case '5': return 's';
    case '7': return 't';
    case '8': return 'b';
    case '9': return 'g';
    default: return c;
  }
}

std::string skeleton_of(const std::string& name) {
  static const std::unique_ptr<USpoofChecker, decltype(&uspoof_close)> checker = [] {
    UErrorCode failed = U_ZERO_ERROR;
    USpoofChecker* opened = uspoof_open(&failed);
    return std::unique_ptr<USpoofChecker, decltype(&uspoof_close)>(U_SUCCESS(failed) ? opened : nullptr, uspoof_close);
  }();
  if (!checker) return name;
  const auto text = icu::UnicodeString::fromUTF8(name);
  icu::UnicodeString skeleton;
  UErrorCode failed = U_ZERO_ERROR;
  uspoof_getSkeletonUnicodeString(checker.get(), 0, text, skeleton, &failed);
  if (U_FAILURE(failed) != 0) return name;
  skeleton.toLower();
  std::string out;
  return skeleton.toUTF8String(out);
}

// The name that was registered, of a domain: the last label but one, or where that is as short as "co" of "co.uk" the
// one before it.
std::string registered_name(std::string_view domain) {
  constexpr size_t short_bytes_max = 3;
  std::vector<std::string_view> labels;
  while (!domain.empty()) {
    const size_t end = std::min(domain.find('.'), domain.size());
    labels.push_back(domain.substr(0, end));
    domain.remove_prefix(std::min(end + 1, domain.size()));
  }
  if (labels.size() < 2) return {};
  const size_t at = labels.size() - 2;
  return std::string(at > 0 && labels[at].size() <= short_bytes_max ? labels[at - 1] : labels[at]);
}

}  // namespace

std::string make_label(std::string_view words) {
  std::string label;
  for (const char c : read_aloud(cut(words, words_bytes_max))) {
    if (is_letter_or_digit(c)) {
      label += c;
    } else if (c != '\'' && !label.empty() && label.back() != '-') {
      label += '-';
    }
  }
  label.resize(std::min(label.size(), label_bytes_max));
  while (label.ends_with('-')) label.pop_back();
  return label;
}

Result<std::string> parse_label(std::string_view text) {
  const std::string label = lower_ascii(text);
  const bool is_good =
      label.size() >= label_bytes_min && label.size() <= label_bytes_max &&
      std::all_of(label.begin(), label.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
  // "xn--" begins a name in other letters, and what stands like it may come to mean something.
  if (!is_good || label.starts_with('-') || label.ends_with('-') || label.substr(2).starts_with("--")) {
    return Error{ErrorKind::bad_request,
                 "The field 'label' must have 3 to 40 of the letters a to z, digits and hyphens, with no hyphen at its "
                 "ends, as tea-shop."};
  }
  return label;
}

const std::vector<std::string_view>& reserved_labels() {
  static const std::vector<std::string_view> all = {
      "abuse",       "account",   "accounts",   "admin",     "administrator", "api",       "app",        "apps",
      "assets",      "auth",      "billing",    "blog",      "calls",         "cdn",       "chat",       "conference",
      "conferences", "console",   "contact",    "dashboard", "demo",          "dev",       "dns",        "docs",
      "download",    "downloads", "email",      "example",   "files",         "ftp",       "git",        "help",
      "host",        "hosting",   "hostmaster", "imap",      "info",          "invoice",   "invoices",   "jabber",
      "jobs",        "legal",     "localhost",  "login",     "mail",          "media",     "mobile",     "muc",
      "news",        "noreply",   "no-reply",   "office",    "official",      "operator",  "owner",      "panel",
      "password",    "pay",       "payment",    "payments",  "pop",           "pop3",      "postmaster", "privacy",
      "proxy",       "pubsub",    "register",   "relay",     "reseller",      "rooms",     "root",       "sales",
      "secure",      "security",  "server",     "service",   "shop",          "sign-in",   "sign-up",    "signin",
      "signup",      "smtp",      "ssl",        "staff",     "static",        "status",    "stun",       "support",
      "sysadmin",    "system",    "teahouse",   "test",      "tls",           "turn",      "upload",     "uploads",
      "user",        "users",     "vpn",        "web",       "webmail",       "webmaster", "widget",     "wpad",
      "www",         "xmpp"};
  return all;
}

std::string look_of(std::string_view name) {
  std::string read;
  for (const char c : name) {
    if (c == '-' || c == '.') continue;
    read += stands_for(lower_ascii(c));
  }
  std::string look;
  for (const char c : skeleton_of(read)) {
    if (c == '-' || c == '.') continue;
    look += stands_for(c);
    if (look.ends_with("vv")) look.replace(look.size() - 2, 2, "w");
  }
  return look;
}

const std::string& TakenLooks::find(const std::string& name) {
  if (known_.size() > known_max) known_.clear();
  const auto found = known_.find(name);
  return found != known_.end() ? found->second : known_.emplace(name, look_of(name)).first->second;
}

std::unordered_set<std::string> TakenLooks::list(const std::vector<TenantPtr>& tenants, std::string_view domain) {
  const std::string below = "." + std::string(domain);
  std::unordered_set<std::string> taken;
  const std::lock_guard lock(mutex_);
  for (const TenantPtr& tenant : tenants) {
    const std::string& own = tenant->domain();
    if (own.size() > below.size() && own.ends_with(below)) {
      taken.insert(find(own.substr(0, own.size() - below.size())));
      continue;
    }
    taken.insert(find(own));
    if (const std::string name = registered_name(own); !name.empty()) taken.insert(find(name));
  }
  return taken;
}

std::vector<std::string> similar_labels(std::string_view label) {
  constexpr std::array<std::string_view, 9> ends = {"-chat", "-site", "-team", "-talk", "-hq",
                                                    "-2",    "-6",    "-22",   "-66"};
  std::vector<std::string> all;
  for (const std::string_view end : ends) {
    std::string one(label.substr(0, label_bytes_max - end.size()));
    while (one.ends_with('-')) one.pop_back();
    all.push_back(one.append(end));
  }
  return all;
}

}  // namespace teahouse::sign_up
