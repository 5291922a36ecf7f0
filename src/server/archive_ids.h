// ArchiveIds: the ids of a loop's archives: made in the order of arrival, and shown so that nobody can guess one
// (XEP-0313 section 3.1: they MUST be unpredictable). All loops show an id alike.
//
// Thread: the loop's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/id_cipher.h"
#include "store/arrival_order.h"
#include "xmpp/jid.h"

namespace teahouse {

class ArchiveIds {
 public:
  ArchiveIds(store::ArrivalOrder& order, unsigned loop_index, std::string_view secret)
      : maker_(order, loop_index), cipher_(secret) {}

  store::Arrival make(int64_t wall_ms) { return maker_.make(wall_ms); }
  std::string show(store::ArchiveId id) const { return cipher_.encrypt(static_cast<uint64_t>(id)); }
  // The <stanza-id/> of a message that `by` keeps (XEP-0359).
  std::string make_stamp(store::ArchiveId id, const BareJid& by) const;
  // The id that show() made this of; none for anything else.
  std::optional<store::ArchiveId> parse(std::string_view shown) const {
    const auto number = cipher_.decrypt(shown);
    if (!number || *number == 0) return std::nullopt;
    return static_cast<store::ArchiveId>(*number);
  }

 private:
  store::ArchiveIdMaker maker_;
  crypto::IdCipher cipher_;
};

}  // namespace teahouse
