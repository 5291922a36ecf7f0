// That the phases are what their names, the documents and the server say they are.
#include <fstream>
#include <sstream>

#include "server/module_context.h"
#include "server/testing/session_world.h"

namespace teahouse::phases_test {
namespace {

using Names = std::vector<std::string>;

// Says in which phases it was asked.
class Witness final : public Module {
 public:
  explicit Witness(Names& seen) : seen_(seen) {}
  const ModuleInfo& info() const override {
    static const ModuleInfo info{.name = "witness", .summary = "For tests."};
    return info;
  }
  void attach(ModuleContext& context) override {
    for (const StanzaKind kind : {StanzaKind::message, StanzaKind::presence, StanzaKind::iq}) {
      for (size_t phase = 0; phase < std::size(outbound_phases); ++phase) {
        context.on_outbound(static_cast<OutboundPhase>(phase), kind, [this, phase](Outbound&) {
          seen_.push_back("out " + std::string(outbound_phases[phase]));
          return Flow::go_on;
        });
      }
      for (size_t phase = 0; phase < std::size(inbound_phases); ++phase) {
        context.on_inbound(static_cast<InboundPhase>(phase), kind, [this, phase](Inbound&) {
          seen_.push_back("in " + std::string(inbound_phases[phase]));
          return Flow::go_on;
        });
      }
    }
  }

 private:
  Names& seen_;
};

class Phases : public testing::SessionWorld {
 protected:
  Phases() { home_.modules().add(std::make_unique<Witness>(seen_)); }
  Names send(StanzaKind kind, StanzaType type, const char* to) {
    seen_.clear();
    Stanza stanza = Stanza::make(kind, type, kind == StanzaKind::iq ? "<query xmlns='test'/>" : "");
    stanza.id = "x";
    stanza.to = *Jid::parse(to);
    home_.router().receive(*shop_, std::move(stanza));
    turn();
    return std::exchange(seen_, {});
  }
  Names seen_;
};

// Of the words in *asterisks* behind `from`, those that the list has, each once, in the order of the page.
Names read_page(std::string_view from, std::string_view until, std::span<const std::string_view> known) {
  std::ifstream page("docs/life-of-a-stanza.md");  // ctest runs this in the checkout
  std::stringstream all;
  all << page.rdbuf();
  const std::string text = all.str();
  const size_t begin = text.find(from), end = text.find(until, begin);
  EXPECT_NE(end, std::string::npos) << "docs/life-of-a-stanza.md does not say: " << from << " ... " << until;
  Names found;
  for (size_t at = text.find('*', begin); at < end; at = text.find('*', at + 1)) {
    const size_t close = text.find('*', at + 1);
    const std::string word = text.substr(at + 1, close - at - 1);
    if (std::find(known.begin(), known.end(), word) != known.end()) found.push_back(word);
  }
  return found;
}

TEST(PhasesOnPaper, AreThoseOfTheCodeInTheirOrder) {
  EXPECT_EQ(read_page("**outbound** phases", "5. **", outbound_phases),
            Names(std::begin(outbound_phases), std::end(outbound_phases)));
  EXPECT_EQ(read_page("**inbound** phases", "7. **", inbound_phases),
            Names(std::begin(inbound_phases), std::end(inbound_phases)));
}

TEST_F(Phases, RunInTheirOrder) {
  const Names out{"out guard", "out archive", "out copy", "out handle"};
  const auto with = [&](Names more) {
    Names all = out;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  EXPECT_EQ(send(StanzaKind::message, StanzaType::chat, "ann@forum.example"),
            with({"in guard", "in archive", "in handle", "in copy"}));
  EXPECT_EQ(send(StanzaKind::presence, StanzaType::none, "ann@forum.example"),
            with({"in guard", "in archive", "in handle"}));
  EXPECT_EQ(send(StanzaKind::iq, StanzaType::get, "ann@forum.example/phone"),
            with({"in guard", "in archive", "in handle"}));
  forum_->attach(nullptr);  // as one that waits to be resumed
  EXPECT_EQ(send(StanzaKind::message, StanzaType::chat, "ann@forum.example"),
            with({"in guard", "in archive", "in handle", "in copy", "in hold"}));
  home_.sessions().close(*forum_);
  const Names kept = send(StanzaKind::message, StanzaType::chat, "ann@forum.example");
  const Names wanted = with({"in guard", "in archive", "in handle", "in copy", "in keep"});
  EXPECT_EQ(Names(kept.begin(), kept.begin() + static_cast<ptrdiff_t>(wanted.size())), wanted);
}

TEST_F(Phases, OfWhatASessionLeftBehindAreKeepAndHoldAlone) {
  forum_->attach(nullptr);
  send(StanzaKind::message, StanzaType::chat, "ann@forum.example");
  seen_.clear();
  home_.sessions().close(*forum_);
  turn();
  ASSERT_FALSE(seen_.empty());
  EXPECT_EQ(seen_.front(), "in keep");
  EXPECT_EQ(std::count(seen_.begin(), seen_.end(), "in archive"), 1);  // of the answer to its sender
}

}  // namespace
}  // namespace teahouse::phases_test
