// Messages that a user has not read: in each conversation, the messages of the other side since the user's own last
// word or displayed marker (XEP-0333) there. Nothing is counted up anywhere: it is read out of the archive when
// somebody asks, so its work is bounded: so many conversations, and of each the newest rows only. Where that is not
// enough, the answer says "more".
#include "api/archive_rows.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/names.h"
#include "xmpp/namespaces.h"

namespace teahouse::api {
namespace {

constexpr size_t conversations_max = 100;
constexpr size_t first_rows = 20, rows_max = 100;  // most conversations are told by their last rows

struct Unread {
  int64_t count = 0;
  bool more = false;  // there may be more
};

// Goes back through the rows. True when there is nothing more to look for.
bool count_rows(const store::ArchivePage& page, const std::string& owner, Unread* unread) {
  for (size_t i = page.rows.size(); i-- > 0;) {
    const auto message = read_row(page.rows[i]);
    if (!message || !message->from) continue;
    const std::string text = text_of(*message);
    if (message->from->bare_view() != owner) {
      unread->count += text.empty() ? 0 : 1;
    } else if (!text.empty() || message->child("displayed", ns::chat_markers)) {
      return true;
    }
  }
  return page.complete;
}

Task<Result<Unread>> count_unread(ApiContext& api, TenantId tenant, std::string owner, std::string with) {
  const auto archive = api.shared().data.archive(tenant, account_archive);
  Unread unread;
  store::ArchiveQuery query;
  query.with = with;
  query.backwards = true;
  query.counted = false;
  for (const size_t rows : {first_rows, rows_max - first_rows}) {
    query.rows_max = rows;
    const auto page = co_await archive.page(api.loop(), owner, query);
    if (!page) co_return page.error();
    if (count_rows(*page, owner, &unread)) co_return unread;
    query.page_before = page->rows.front().id;
  }
  unread.more = true;
  co_return unread;
}

}  // namespace

Task<Outcome> get_unread(ApiContext& api, ApiCall call) {
  const auto localpart = read_own_user(call, call.path("id"));
  if (!localpart) co_return localpart.error();
  const auto account = co_await load_user(api, call.tenant, call.path("id"));
  if (!account) co_return account.error();
  const std::string owner = account_jid(*call.tenant, *localpart).str();
  const auto archive = api.shared().data.archive(call.tenant->id, account_archive);
  const auto names = co_await archive.conversations(api.loop(), owner, conversations_max + 1);
  if (!names) co_return names.error();

  Unread total;
  JsonArray conversations;
  for (size_t i = 0; i < names->size(); ++i) {
    if (i == conversations_max) {
      total.more = true;
      break;
    }
    const auto other = BareJid::parse((*names)[i]);
    if (!other || other->str() == owner) continue;
    const auto unread = co_await count_unread(api, call.tenant->id, owner, other->str());
    if (!unread) co_return unread.error();
    if (unread->count == 0) continue;
    total.count += unread->count;
    total.more = total.more || unread->more;
    conversations.push_back(
        JsonObject{{"with", party_of(*call.tenant, *other)}, {"unread", unread->count}, {"more", unread->more}});
  }
  co_return make_answer(200,
                        {{"total", total.count}, {"more", total.more}, {"conversations", std::move(conversations)}},
                        std::to_string(total.count));
}

}  // namespace teahouse::api
