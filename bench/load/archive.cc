// Archive: --fill messages to one user, who then reads its archive backwards in pages of --page for --seconds
// (XEP-0313, XEP-0059); each page must hold what was sent, in order.
#include <algorithm>
#include <stdexcept>

#include "bench/load/pairs.h"
#include "bench/load/works.h"
#include "bench/wire/stanza.h"

namespace teahouse::bench {
namespace {

constexpr int64_t fill_window = 200;
constexpr double fill_timeout_s = 3600;
constexpr double page_timeout_s = 60;
constexpr size_t shown_max = 300;

class Reader {
 public:
  Reader(Job& job, const User& user, int64_t page)
      : job_(job), page_(page), pool_(job, [this](Session&, std::string_view stanza) { on_stanza(stanza); }) {
    pool_.add(user);
    pool_.log_in();
  }

  // The page before the last one, or the archive's last page.
  void read_page() {
    done_ = false;
    results_ = 0;
    number_ = -1;
    const std::string id = "page" + std::to_string(++pages_);
    id_ = id;
    begun_ns_ = now_ns();
    pool_[0].send("<iq type='set' id='" + id +
                  "'><query xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'><max>" +
                  std::to_string(page_) + "</max><before>" + before_ + "</before></set></query></iq>");
    pool_.run_until([&] { return done_; }, page_timeout_s, "reading a page");
  }
  int64_t pages() const { return pages_; }
  int64_t rows() const { return rows_; }
  const Histogram& latency() const { return latency_; }

 private:
  void on_stanza(std::string_view stanza) {
    if (is_named(stanza, "message")) return on_result(stanza);
    if (find_attribute(stanza, "id") != id_) return;
    if (find_attribute(stanza, "type") != "result") {
      throw std::runtime_error("The archive said " + std::string(stanza.substr(0, shown_max)));
    }
    const size_t fin = stanza.find("<fin");
    const std::string_view complete = find_attribute(stanza.substr(std::min(fin, stanza.size())), "complete");
    const bool last = complete == "true" || complete == "1";
    if (results_ != page_ && !last) job_.complain("A page has " + std::to_string(results_) + " results.");
    before_ = last ? "" : std::string(find_text(stanza, "first"));
    latency_.add(now_ns() - begun_ns_);
    done_ = true;
  }

  void on_result(std::string_view stanza) {
    if (stanza.find("urn:xmpp:mam:2") == std::string_view::npos) return;
    const int64_t number = find_number(stanza);
    if (number < 0 || (number_ >= 0 && number != number_ + 1)) {
      job_.complain("After number " + std::to_string(number_) + " came " + std::string(stanza.substr(0, shown_max)));
    }
    number_ = number;
    ++results_;
    ++rows_;
  }

  Job& job_;
  const int64_t page_;
  SessionPool pool_;
  std::string id_, before_;
  bool done_ = false;
  int64_t results_ = 0, rows_ = 0, pages_ = 0, begun_ns_ = 0;
  int64_t number_ = -1;  // of the page's last result
  Histogram latency_;
};

double fill_archive(Job& job, int64_t count) {
  const int64_t begun = now_ns();
  Pairs talk(job, {.count = 1});
  talk.begin(std::min(fill_window, count));
  talk.sessions().run_until([&] { return talk.received() + fill_window >= count; }, fill_timeout_s,
                            "filling the archive");
  talk.finish();
  job.report.add("rows", talk.received());
  return static_cast<double>(now_ns() - begun) / 1e9;
}

}  // namespace

void run_archive(Job& job) {
  const int64_t fill = job.options.number("fill", 20'000), page = job.options.number("page", 50);
  const double seconds = job.options.real("seconds", 5);
  job.report.add("fill_s", fill_archive(job, fill));
  Reader reader(job, make_user(job.realm.target, job.realm.target.tenants, "reader"), page);
  reader.read_page();
  const int64_t before = reader.pages();
  const Measure measure(job);
  do reader.read_page();
  while (measure.seconds() < seconds);
  measure.end(job.report, reader.pages() - before);
  job.report.add_latency("latency_us", reader.latency());
}

}  // namespace teahouse::bench
