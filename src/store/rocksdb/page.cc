// A page is one walk from its cursor; its count another, over all that matches but to 10,000 only, or by what earlier
// counts have found (row_ranks.h). All see one snapshot. When `with` names someone with whom little was said in a busy
// archive, a match may cost many looks (key.cc), so the count also stops after a number of looks. The page itself
// doesn't: a page without rows and without an end would leave no cursor to go on from. But what looks into the rows'
// bytes (`matches`) is refused after as many.
#include "store/rocksdb/page.h"

#include <algorithm>

#include "store/rocksdb/match_walk.h"
#include "store/rocksdb/options.h"

namespace teahouse::store::rocks {
namespace {

constexpr uint64_t looks_max = 100'000;

// Where rows that are counted are damaged the page itself is whole: as if counting had taken too many looks.
Result<void> end_count(const rocksdb::Status& status, ArchivePage* page) {
  if (status.IsCorruption()) {
    page->count = page->rows.size();
    page->count_exact = false;
    page->first_index = 0;
    return {};
  }
  if (!status.ok()) return disk_error(status, "reading an archive");
  return {};
}

}  // namespace

PageMaker::PageMaker(rocksdb::DB& db, RowRanks& ranks, const StoreId& store, std::string_view owner,
                     const ArchiveQuery& query)
    : db_(db),
      ranks_(ranks),
      store_(store),
      owner_(owner),
      query_(query),
      all_(matching_ids(query)),
      part_(page_ids(query)),
      rows_prefix_(part_prefix(Kind::row, store, owner)),
      age_(ranks.age(rows_prefix_)),
      snapshot_(&db) {}

Result<ArchivePage> PageMaker::make() {
  if (!query_.ids.empty()) return make_of_ids();
  ArchivePage page;
  if (auto done = fill(&page); !done) return done.error();
  const bool whole = page.complete && part_.first == all_.first && part_.last == all_.last;
  if (!query_.counted) {
    page.count_exact = false;
  } else if (whole && page.rows.size() <= count_max) {
    page.count = page.rows.size();
  } else if (auto done = has_ranks() ? count_by_ranks(&page) : count(&page); !done) {
    return done.error();
  }
  return page;
}

Result<void> PageMaker::fill(ArchivePage* page) {
  MatchWalk walk(db_, snapshot_.snapshot(), store_, owner_, query_, part_, query_.backwards);
  page->complete = true;
  size_t bytes = 0;
  while (walk.next() && walk.read()) {
    if (is_full(query_, page->rows.size(), bytes)) {
      page->complete = false;
      break;
    }
    page->rows.push_back(
        {static_cast<ArchiveId>(walk.id()), std::string(walk.with()), std::string(walk.bytes()), walk.at_ms()});
    bytes += walk.bytes().size();
  }
  const bool has_enough = is_full(query_, page->rows.size(), bytes);
  if (has_enough && walk.status().IsCorruption()) page->complete = false;  // damage is what lies beyond
  if (!walk.status().ok() && page->complete) return disk_error(walk.status(), "reading an archive");
  if (walk.gave_up()) {
    return Error{ErrorKind::resource_constraint,
                 "Too many messages would have to be looked at. Ask for a shorter time, or for all of them."};
  }
  if (query_.backwards) std::reverse(page->rows.begin(), page->rows.end());
  return {};
}

Result<void> PageMaker::count(ArchivePage* page) {
  MatchWalk walk(db_, snapshot_.snapshot(), store_, owner_, query_, all_, false);
  const uint64_t first = page->rows.empty() ? 0 : static_cast<uint64_t>(page->rows.front().id);
  while (walk.next()) {
    if (page->count == count_max || walk.looked() > looks_max) {
      page->count_exact = false;
      page->first_index = 0;
      break;
    }
    ++page->count;
    if (walk.id() < first) ++page->first_index;
  }
  return end_count(walk.status(), page);
}

bool PageMaker::has_ranks() const {
  const bool is_whole = all_.first == IdRange().first && all_.last == IdRange().last;
  return is_whole && !query_.start_ms && !query_.end_ms && !query_.matches;
}

Result<void> PageMaker::count_by_ranks(ArchivePage* page) {
  const std::string_view with = query_.with ? std::string_view(*query_.with) : std::string_view();
  const RowRanks::Known known = ranks_.find(rows_prefix_, with);
  RowRanks::Ranks ranks = known ? *known : RowRanks::Ranks();
  rocksdb::Status status;
  if (!ranks.is_past_count) {
    const size_t marks = ranks.marks.size();
    status = extend(ranks, &page->count);
    const bool is_more = ranks.marks.size() > std::max<size_t>(marks, 1) || ranks.is_past_count;
    if (status.ok() && is_more) ranks_.keep(rows_prefix_, with, age_, ranks);
  }
  if (ranks.is_past_count) {
    page->count = count_max;
    page->count_exact = false;
    return {};
  }
  if (status.ok() && !page->rows.empty()) {
    status = find_rank(ranks, static_cast<uint64_t>(page->rows.front().id), &page->first_index);
  }
  return end_count(status, page);
}

rocksdb::Status PageMaker::extend(RowRanks::Ranks& ranks, uint64_t* count) {
  std::vector<uint64_t>& marks = ranks.marks;
  uint64_t passed = marks.empty() ? 0 : (marks.size() - 1) * RowRanks::step;
  MatchWalk walk(db_, snapshot_.snapshot(), store_, owner_, query_,
                 {marks.empty() ? IdRange().first : marks.back(), UINT64_MAX}, false);
  while (walk.next()) {
    if (passed == count_max || walk.looked() > looks_max) {
      ranks.is_past_count = true;
      break;
    }
    if (passed == marks.size() * RowRanks::step) marks.push_back(walk.id());
    ++passed;
  }
  *count = passed;
  return walk.status();
}

rocksdb::Status PageMaker::find_rank(const RowRanks::Ranks& ranks, uint64_t id, uint64_t* rank) {
  const auto after = std::upper_bound(ranks.marks.begin(), ranks.marks.end(), id);
  if (after == ranks.marks.begin()) return rocksdb::Status::OK();
  *rank = static_cast<uint64_t>(after - 1 - ranks.marks.begin()) * RowRanks::step;
  MatchWalk walk(db_, snapshot_.snapshot(), store_, owner_, query_, {*(after - 1), id - 1}, false);
  while (walk.next()) ++*rank;
  return walk.status();
}

Result<ArchivePage> PageMaker::make_of_ids() {
  std::vector<ArchiveId> ids = query_.ids;
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::vector<ArchiveRow> matches;
  rocksdb::ReadOptions options;
  options.snapshot = snapshot_.snapshot();
  std::string framed;
  for (ArchiveId id : ids) {
    if (!all_.has(static_cast<uint64_t>(id))) continue;
    auto status = db_.Get(options, row_key(store_, owner_, id), &framed);
    if (status.IsNotFound()) continue;
    auto row = parse_row(framed, static_cast<uint64_t>(id));
    if (status.ok() && !row) status = rocksdb::Status::Corruption("an archive row of a later version, or damaged");
    if (!status.ok()) return disk_error(status, "reading an archive");
    if (!is_match(query_, row->with, row->bytes, row->at_ms)) continue;
    matches.push_back({id, std::string(row->with), std::string(row->bytes), row->at_ms});
  }
  ArchivePage page;
  page.count_exact = query_.counted && matches.size() <= count_max;
  page.count = query_.counted ? std::min<uint64_t>(matches.size(), count_max) : 0;
  auto in_part = [this](const ArchiveRow& row) { return part_.has(static_cast<uint64_t>(row.id)); };
  auto begin = std::find_if(matches.begin(), matches.end(), in_part);
  auto end = std::find_if_not(begin, matches.end(), in_part);
  const auto rows = static_cast<ptrdiff_t>(rows_of_page(query_, static_cast<size_t>(end - begin), [&](size_t at) {
    const auto distance = static_cast<ptrdiff_t>(at);
    return (query_.backwards ? end[-1 - distance] : begin[distance]).bytes.size();
  }));
  page.complete = rows == end - begin;
  if (query_.backwards) {
    begin = end - rows;
  } else {
    end = begin + rows;
  }
  if (page.count_exact && rows > 0) page.first_index = static_cast<uint64_t>(begin - matches.begin());
  page.rows.assign(std::make_move_iterator(begin), std::make_move_iterator(end));
  return page;
}

}  // namespace teahouse::store::rocks
