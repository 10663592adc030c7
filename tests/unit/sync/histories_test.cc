// histories_test.cc: three devices, and what may happen to them in any order: all that was written arrives everywhere.
// A seed that fails is to be added to kSeedsThatFailed and stays there.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/sync/line.h"

namespace duolog::sync::testing {
namespace {

constexpr std::array<unsigned, 0> kSeedsThatFailed{};

struct History {
  explicit History(unsigned seed) : random(seed) {
    for (Home* home : {&laptop, &phone}) home->admit(people().phone);  // Bo's desk learns of the phone by its chain
  }

  std::mt19937 random;
  Home laptop{people().laptop};
  Home phone{people().phone};
  Home desk{people().desk};
  std::array<Home*, 3> homes{&laptop, &phone, &desk};
  std::array<std::size_t, 3> written{};
  std::vector<std::unique_ptr<Line>> lines;

  std::size_t up_to(std::size_t limit) { return random() % (limit + 1); }

  void write() {
    const std::size_t who = up_to(2);
    const std::size_t count = 1 + up_to(3);
    homes[who]->write(count, up_to(3000));
    written[who] += count;
    grew(*homes[who]);
  }
  void grew(const Home& home) {
    for (const auto& line : lines) {
      if (&line->home_a == &home) line->a.log_grew();
      if (&line->home_b == &home) line->b.log_grew();
    }
  }
  void lose_a_body() {
    Home& home = *homes[up_to(2)];
    for (const store::FrontierEntry& entry : home.frontier()) {
      if (entry.seq == 0 || entry.device == home.id() || up_to(1) == 0) continue;
      home.lose_body(people().keys_of(entry.device), 1 + up_to(entry.seq - 1));
    }
    grew(home);
  }
  void meet() {
    const std::size_t one = up_to(2);
    lines.push_back(std::make_unique<Line>(*homes[one], *homes[(one + 1 + up_to(1)) % 3]));
  }
  void cut() {
    if (lines.empty()) return;
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(up_to(lines.size() - 1)));
  }
  void talk() {
    for (const auto& line : lines)
      for (std::size_t i = up_to(6); i > 0; --i) line->step();
  }

  void live() {
    for (Home* home : homes) home->on_stored = [this, home] { grew(*home); };
    for (int day = 0; day < 60; ++day) {
      switch (up_to(9)) {
        case 0:
        case 1:
        case 2:
          write();
          break;
        case 3:
          lose_a_body();
          break;
        case 4:
          meet();
          break;
        case 5:
          cut();
          break;
        default:
          talk();
      }
    }
    lines.clear();
  }
  // Everybody meets everybody twice: once to learn who there is, once to be sure.
  void all_meet() {
    for (int round = 0; round < 2; ++round) {
      Line(laptop, phone).until_quiet();
      Line(phone, desk).until_quiet();
      Line(desk, laptop).until_quiet();
    }
  }
  void expect_all_is_everywhere() {
    for (Home* home : homes) {
      for (std::size_t who = 0; who < homes.size(); ++who)
        EXPECT_EQ(home->held(people().keys_of(homes[who]->id())), written[who]);
      EXPECT_EQ(home->missing(), 0U);
      EXPECT_EQ(home->frontier(), desk.frontier());
      EXPECT_TRUE(home->forked.empty());
    }
    Line last(phone, desk);
    last.until_quiet();
    EXPECT_EQ(last.transcript.size(), 2U);
    EXPECT_TRUE(last.a.in_step() && last.b.in_step());
  }
};

void replay(unsigned seed) {
  SCOPED_TRACE(seed);
  History history(seed);
  history.live();
  history.all_meet();
  history.expect_all_is_everywhere();
}

TEST(Histories, OfAnyKindEndWithAllWordsEverywhere) {
  for (const unsigned seed : kSeedsThatFailed) replay(seed);
  for (unsigned seed = 0; seed < 60; ++seed) replay(seed);
}

}  // namespace
}  // namespace duolog::sync::testing
