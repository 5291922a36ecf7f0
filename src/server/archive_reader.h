// ArchiveReader: a client that asks an archive over XMPP, an account's or a room's: what it asks is read, looked up and
// answered in one way.
//
// Thread: the archive's home.
// Lifetime: shared with what is being looked up, so it refers to nothing that may be gone by then.
// Errors, answered: those of parse_mam_query(); item_not_found for an id that the archive does not have (XEP-0313
// section 4.3, XEP-0059); feature_not_implemented for a page by index; those of the store.
// Spec: XEP-0313, XEP-0059.
#pragma once

#include <memory>
#include <string>

#include "server/module_context.h"
#include "store/stores.h"
#include "xmpp/mam.h"

namespace teahouse {

inline constexpr size_t archive_page_rows = 50;  // unless asked
inline constexpr size_t archive_page_rows_max = 250;
inline constexpr size_t archive_page_bytes = 1 << 20;  // a page of long messages ends with the one that reaches this

class ArchiveReader {
 public:
  // `owner`: whose archive it is, in whose name it answers.
  ArchiveReader(ModuleContext& asked, Stanza iq, BareJid archive_owner, store::ArchiveStore archive_store)
      : context(asked), request(std::move(iq)), owner(std::move(archive_owner)), archive(std::move(archive_store)) {}
  virtual ~ArchiveReader() = default;
  // Answers leave in the order in which they are sent.
  virtual void send(Stanza answer) = 0;
  virtual void send_error(const Error& error) = 0;
  // Refuses what it may not ask for, and makes of the query's `with` what it means in this archive.
  virtual Result<void> prepare(const MamQuery& /*query*/, store::ArchiveQuery& /*rows*/) const { return {}; }
  // The archived message as it may see it.
  virtual std::string show(const store::ArchiveRow& row) const { return row.bytes; }

  void reply(std::string payload) { send(Stanza::make_reply(request, StanzaType::result, std::move(payload))); }

  ModuleContext& context;
  const Stanza request;
  const BareJid owner;
  const store::ArchiveStore archive;
};
using ArchiveReaderPtr = std::shared_ptr<ArchiveReader>;

// Answers an iq of type set with this <query/>; `max` 0 only counts.
void answer_archive_query(ArchiveReaderPtr reader, const xml::Element& query);
// Answers an iq of type get with <metadata/>.
void answer_archive_metadata(ArchiveReaderPtr reader);
// The <metadata/> that tells it. Errors: those of the store.
Task<Result<std::string>> load_archive_metadata(ModuleContext& context, store::ArchiveStore archive, std::string owner);

}  // namespace teahouse
