#include "modules/archive/archive_module.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "server/testing/session_world.h"

namespace teahouse::testing::archive_module_test {
namespace {

class Screen final : public Wire {
 public:
  void send_stanza(const Stanza& stanza) override {
    Wire::send_stanza(stanza);
    std::replace(last.begin(), last.end(), '"', '\'');
    shown += last + "\n";
  }
  bool has(const std::string& text) const { return shown.find(text) != std::string::npos; }
  // The bodies "m0" to "m9" in what it got, in their order.
  std::string bodies() const {
    std::string found;
    for (size_t at = shown.find("<body>m"); at != std::string::npos; at = shown.find("<body>m", at + 1))
      found += shown[at + 7];
    return found;
  }
  // The ids of the archive in its results.
  std::vector<std::string> ids() const {
    std::vector<std::string> found;
    for (size_t at = shown.find("<result "); at != std::string::npos; at = shown.find("<result ", at + 1))
      found.push_back(id_after(at));
    return found;
  }
  std::string stanza_id() const { return id_after(shown.find("<stanza-id")); }

  std::string shown;

 private:
  std::string id_after(size_t at) const {
    const size_t begin = shown.find(" id='", at) + 5;
    return shown.substr(begin, shown.find('\'', begin) - begin);
  }
};

std::string rsm(const std::string& inside) {
  return "<set xmlns='http://jabber.org/protocol/rsm'>" + inside + "</set>";
}

// Ann of the shop has said five things to ann of the forum: each has them in an archive of her own.
class AccountArchive : public SessionWorld {
 protected:
  AccountArchive() {
    home_.modules().add(std::make_unique<RosterModule>());
    home_.modules().add(std::make_unique<ArchiveModule>());
    plane_.hold_commits(false);
    shop_->attach(&screen_);
    forum_->attach(&forum_screen_);
    for (int i = 0; i < 5; ++i) say(i);
    forums_id_ = forum_screen_.stanza_id();
    query("");
    ids_ = screen_.ids();
    EXPECT_EQ(ids_.size(), 5U) << screen_.shown;
  }
  ~AccountArchive() override {
    shop_->attach(&shop_wire_);
    forum_->attach(&forum_wire_);
  }
  void say(int number) {
    world_.clock.advance_ms(1000);
    Stanza said = Stanza::make(StanzaKind::message, StanzaType::chat, "<body>m" + std::to_string(number) + "</body>");
    said.to = forum_->jid().bare();
    home_.router().receive(*shop_, std::move(said));
    turn();
  }
  void ask(StanzaType type, const std::string& payload) {
    screen_.shown.clear();
    forum_screen_.shown.clear();
    const std::string xml = std::string("<iq xmlns='jabber:client' id='q' type='") +
                            (type == StanzaType::set ? "set" : "get") + "'>" + payload + "</iq>";
    home_.router().receive(*shop_, *Stanza::read(*xml::Document::parse(SharedBytes(xml))));
    for (int i = 0; i < 10; ++i) turn();
  }
  void query(const std::string& inside) {
    ask(StanzaType::set, "<query xmlns='urn:xmpp:mam:2' queryid='k'>" + inside + "</query>");
  }
  void query_form(const std::string& var, const std::string& value) {
    query(
        "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>urn:xmpp:mam:2</value></field><field "
        "var='" +
        var + "'><value>" + value + "</value></field></x>");
  }

  Screen screen_, forum_screen_;
  std::vector<std::string> ids_;
  std::string forums_id_;  // of the first message, in the forum's archive
};

TEST_F(AccountArchive, AnswersQueriesOfItsOwnAccountAlone) {
  query("");
  EXPECT_EQ(screen_.bodies(), "01234");
  EXPECT_TRUE(screen_.has("queryid='k'") && screen_.has("from='ann@shop.example'") && screen_.has("complete='true'"));
  query(rsm("<max>2</max>"));
  EXPECT_EQ(screen_.bodies(), "01");
  EXPECT_TRUE(screen_.has("<first index='0'>" + ids_[0]) && screen_.has("<last>" + ids_[1])) << screen_.shown;
  EXPECT_TRUE(screen_.has("<count>5</count>") && !screen_.has("complete='true'")) << screen_.shown;
  query(rsm("<max>2</max><after>" + ids_[2] + "</after>"));
  EXPECT_EQ(screen_.bodies(), "34");
  query(rsm("<max>2</max><before/>") + "<flip-page/>");
  EXPECT_EQ(screen_.bodies(), "43");
  query_form("with", "ann@forum.example");
  EXPECT_EQ(screen_.bodies(), "01234");
  query_form("with", "romeo@shop.example");
  EXPECT_EQ(screen_.bodies(), "");
  EXPECT_EQ(forum_screen_.shown, "");
}

TEST_F(AccountArchive, AMaxOfNothingOnlyCounts) {
  query(rsm("<max>0</max>"));
  EXPECT_EQ(screen_.bodies(), "");
  EXPECT_TRUE(screen_.has("<count>5</count>") && !screen_.has("complete='true'") && !screen_.has("<first"))
      << screen_.shown;
}

TEST_F(AccountArchive, TellsItsFieldsAndItsEnds) {
  ask(StanzaType::get, "<query xmlns='urn:xmpp:mam:2'/>");
  EXPECT_TRUE(screen_.has("type='form'") && screen_.has("before-id")) << screen_.shown;
  ask(StanzaType::get, "<metadata xmlns='urn:xmpp:mam:2'/>");
  EXPECT_TRUE(screen_.has("<start id='" + ids_[0]) && screen_.has("<end id='" + ids_[4])) << screen_.shown;
}

TEST_F(AccountArchive, RefusesWhatItHasNot) {
  for (const auto& [inside, condition] : {std::pair{rsm("<after>nonsense</after>"), "item-not-found"},
                                          {rsm("<after>" + forums_id_ + "</after>"), "item-not-found"},
                                          {rsm("<max>-1</max>"), "bad-request"},
                                          {rsm("<max>1</max><index>2</index>"), "feature-not-implemented"}}) {
    query(inside);
    EXPECT_TRUE(screen_.has("type='error'") && screen_.has(std::string("<") + condition)) << screen_.shown;
    EXPECT_EQ(screen_.bodies(), "");
  }
}

}  // namespace
}  // namespace teahouse::testing::archive_module_test
