// Jid, BareJid, FullJid: XMPP addresses, always valid and always normalised, so that comparing bytes compares
// addresses.
//
// Spec: RFC 7622 (addresses), XEP-0106 (escaping).
// Limits: each part 1..1023 bytes, so an address has at most 3071.
// Errors: ErrorKind::jid_malformed, with a sentence that names the part.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace teahouse {

inline constexpr size_t jid_part_bytes_max = 1023;

class FullJid;

// localpart@domainpart, or a domainpart alone: an account, a room, or a host.
class BareJid {
 public:
  // "romeo@example.org" or "example.org"; refuses a resourcepart.
  static Result<BareJid> parse(std::string_view text);
  // An empty localpart makes a host's address.
  static Result<BareJid> make(std::string_view localpart, std::string_view domainpart);

  std::string_view localpart() const { return std::string_view(text_).substr(0, local_size_); }
  std::string_view domainpart() const { return std::string_view(text_).substr(local_size_ ? local_size_ + 1U : 0U); }
  bool has_localpart() const { return local_size_ != 0; }
  const std::string& str() const { return text_; }
  const std::string& to_string() const { return text_; }

  Result<FullJid> with_resource(std::string_view resourcepart) const;
  // The same address without its localpart: the host that it lives on.
  BareJid host() const { return BareJid(std::string(domainpart()), 0); }

  friend bool operator==(const BareJid& a, const BareJid& b) { return a.text_ == b.text_; }
  friend auto operator<=>(const BareJid& a, const BareJid& b) { return a.text_ <=> b.text_; }

 private:
  friend class FullJid;
  friend class Jid;
  BareJid(std::string text, uint16_t local_size) : text_(std::move(text)), local_size_(local_size) {}

  std::string text_;
  uint16_t local_size_;  // 0: no localpart
};

// A bare address and the resourcepart behind it: a connected resource, or an occupant.
class FullJid {
 public:
  // Refuses an address without a resourcepart.
  static Result<FullJid> parse(std::string_view text);

  std::string_view localpart() const { return std::string_view(text_).substr(0, local_size_); }
  std::string_view domainpart() const {
    const size_t start = local_size_ ? local_size_ + 1U : 0U;
    return std::string_view(text_).substr(start, bare_size_ - start);
  }
  std::string_view resourcepart() const { return std::string_view(text_).substr(bare_size_ + 1U); }
  // str() up to the slash: bare().str() without a copy.
  std::string_view bare_view() const { return std::string_view(text_).substr(0, bare_size_); }
  bool has_localpart() const { return local_size_ != 0; }
  BareJid bare() const { return BareJid(text_.substr(0, bare_size_), local_size_); }
  const std::string& str() const { return text_; }
  const std::string& to_string() const { return text_; }

  friend bool operator==(const FullJid& a, const FullJid& b) { return a.text_ == b.text_; }
  friend auto operator<=>(const FullJid& a, const FullJid& b) { return a.text_ <=> b.text_; }

 private:
  friend class BareJid;
  friend class Jid;
  FullJid(std::string text, uint16_t local_size, uint16_t bare_size)
      : text_(std::move(text)), local_size_(local_size), bare_size_(bare_size) {}

  std::string text_;
  uint16_t local_size_;
  uint16_t bare_size_;
};

// Either of them, as a stanza's 'to' and 'from' hold it.
class Jid {
 public:
  static Result<Jid> parse(std::string_view text);
  // An account's or host's address is an address, and so is a resource's.
  Jid(BareJid bare)
      : text_(std::move(bare.text_)), local_size_(bare.local_size_), bare_size_(static_cast<uint16_t>(text_.size())) {}
  Jid(FullJid full) : text_(std::move(full.text_)), local_size_(full.local_size_), bare_size_(full.bare_size_) {}

  std::string_view localpart() const { return std::string_view(text_).substr(0, local_size_); }
  std::string_view domainpart() const {
    const size_t start = local_size_ ? local_size_ + 1U : 0U;
    return std::string_view(text_).substr(start, bare_size_ - start);
  }
  // Empty if there is none.
  std::string_view resourcepart() const {
    return is_full() ? std::string_view(text_).substr(bare_size_ + 1U) : std::string_view();
  }
  // str() up to the slash, if there is one: bare().str() without a copy.
  std::string_view bare_view() const { return std::string_view(text_).substr(0, bare_size_); }
  bool has_localpart() const { return local_size_ != 0; }
  bool is_full() const { return bare_size_ != text_.size(); }
  bool is_bare() const { return !is_full(); }
  BareJid bare() const { return BareJid(text_.substr(0, bare_size_), local_size_); }
  std::optional<FullJid> full() const {
    if (!is_full()) return std::nullopt;
    return FullJid(text_, local_size_, bare_size_);
  }
  const std::string& str() const { return text_; }
  const std::string& to_string() const { return text_; }

  friend bool operator==(const Jid& a, const Jid& b) { return a.text_ == b.text_; }
  friend auto operator<=>(const Jid& a, const Jid& b) { return a.text_ <=> b.text_; }

 private:
  friend class BareJid;
  friend class FullJid;
  Jid(std::string text, uint16_t local_size, uint16_t bare_size)
      : text_(std::move(text)), local_size_(local_size), bare_size_(bare_size) {}

  std::string text_;
  uint16_t local_size_;
  uint16_t bare_size_;
};

// XEP-0106: writes what a localpart may not hold (space " & ' / : < > @ and \ before an escape) as \20, \22, ...
// REQUIRES: text neither begins nor ends with a space, which XEP-0106 cannot carry (it is left as it is, and refused
// later).
std::string escape_localpart(std::string_view text);
// The other way; characters that are no escape stay.
std::string unescape_localpart(std::string_view localpart);

}  // namespace teahouse

template <>
struct std::hash<teahouse::BareJid> {
  size_t operator()(const teahouse::BareJid& jid) const noexcept { return std::hash<std::string_view>{}(jid.str()); }
};
template <>
struct std::hash<teahouse::FullJid> {
  size_t operator()(const teahouse::FullJid& jid) const noexcept { return std::hash<std::string_view>{}(jid.str()); }
};
template <>
struct std::hash<teahouse::Jid> {
  size_t operator()(const teahouse::Jid& jid) const noexcept { return std::hash<std::string_view>{}(jid.str()); }
};
