// Each message stands behind the name of its row, by which it is found in the account's archive. Without one, as other
// servers export them, it is named by its place.
#include "modules/offline/row_form.h"

#include <set>

#include "store/archive_id.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

using Rows = transfer::RowForm::Rows;

constexpr const char *list = "offline-messages", *place = "row";

Result<void> write(const Rows& rows, xml::Writer& user) {
  if (rows.empty()) return {};
  user.open(list);
  for (const auto& row : rows) {
    user.open(place, transfer::own_ns).attribute("id", row.name).close();
    user.raw(row.value);
  }
  user.close();
  return {};
}

Result<Rows> read(const xml::Element& user) {
  Rows rows;
  const auto messages = user.child(list, transfer::pie_ns);
  if (!messages) return rows;
  std::string name;
  std::set<std::string> names;
  bool is_good = true;
  messages->for_each_child([&](const xml::Element& child) {
    if (child.is(place, transfer::own_ns)) name = child.attribute("id").value_or("");
    if (!child.is("message", ns::client)) return;
    if (name.empty()) name = to_string(static_cast<store::ArchiveId>(rows.size() + 1));
    is_good = is_good && store::parse_archive_id(name) && names.insert(name).second;
    rows.push_back({std::exchange(name, {}), transfer::take_element(child)});
  });
  if (is_good) return rows;
  return Error{ErrorKind::bad_request, "A message that waits has a row's name that can't be, or is there twice."};
}

}  // namespace

transfer::RowForm make_offline_form() { return {"offline", write, read}; }

}  // namespace teahouse
