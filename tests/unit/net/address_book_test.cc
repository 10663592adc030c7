// address_book_test.cc: what is remembered of where somebody was.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/address_book.h"

#include "tests/unit/net/people.h"

namespace duolog::net {
namespace {

using testing::people;
using testing::Place;
using namespace std::chrono_literals;

class AnAddressBook : public ::testing::Test {
 protected:
  std::vector<std::string> addresses() { return texts_of(book_.look_up(people().bo->id())); }
  // Read by somebody who knows only what is written.
  AddressBook::Page page_after_a_restart() {
    place_.memory.write_down();
    store::LocalState written(place_.database, people().ada->local_key("local.state"));
    return AddressBook(written).look_up(people().bo->id());
  }
  static std::vector<std::string> texts_of(const AddressBook::Page& page) {
    std::vector<std::string> texts;
    for (const Address& address : page.addresses) texts.push_back(address.text());
    return texts;
  }
  bool learn(const std::vector<Address>& heard) { return book_.learn(people().bo->id(), heard); }
  bool reached(const Address& address) { return book_.reached(people().bo->id(), address); }

  Place place_{*people().ada};
  AddressBook book_{place_.memory};
};

TEST_F(AnAddressBook, KnowsNothingOfAStranger) {
  EXPECT_TRUE(addresses().empty());
  EXPECT_FALSE(book_.look_up(people().bo->id()).last_seen);
}

TEST_F(AnAddressBook, PutsTheOneThatWorkedFirstAndHearsayAfterIt) {
  learn({{"a", 1}, {"b", 2}});
  EXPECT_TRUE(reached({"b", 2}));
  EXPECT_TRUE(learn({{"c", 3}, {"a", 1}}));
  EXPECT_THAT(addresses(), ::testing::ElementsAre("b:2", "c:3", "a:1"));
}

TEST_F(AnAddressBook, SaysWhetherAnythingWasNew) {
  EXPECT_TRUE(learn({{"a", 1}}));
  EXPECT_FALSE(learn({{"a", 1}}));
  EXPECT_FALSE(reached({"a", 1}));
}

TEST_F(AnAddressBook, OutlivesARestart) {
  learn({{"2001:db8::7", 1}, {"bo.example", 2}});
  book_.seen(people().bo->id(), WallTime(1'700'000'000'000ms));
  const AddressBook::Page page = page_after_a_restart();
  EXPECT_THAT(texts_of(page), ::testing::ElementsAre("[2001:db8::7]:1", "bo.example:2"));
  EXPECT_EQ(page.last_seen, WallTime(1'700'000'000'000ms));
}

TEST_F(AnAddressBook, KeepsWhereSomebodyWasReachedAtOnceAndHearsayLater) {
  learn({{"a", 1}});
  EXPECT_TRUE(place_.memory.waiting());
  EXPECT_TRUE(reached({"bo.example", 2}));
  EXPECT_FALSE(place_.memory.waiting());
  EXPECT_FALSE(reached({"bo.example", 2}));
  store::LocalState written(place_.database, people().ada->local_key("local.state"));
  EXPECT_THAT(texts_of(AddressBook(written).look_up(people().bo->id())), ::testing::ElementsAre("bo.example:2", "a:1"));
}

TEST_F(AnAddressBook, HoldsTwelveAndForgetsTheOldestHearsay) {
  for (std::uint16_t port = 1; port <= 20; ++port) learn({{"a", port}});
  EXPECT_EQ(addresses().size(), AddressBook::kPerDevice);
  EXPECT_EQ(addresses().front(), "a:1");
  EXPECT_EQ(addresses()[1], "a:20");
}

TEST_F(AnAddressBook, OverlooksWhatItCannotReadOfItself) {
  place_.memory.put("net.address." + hex(people().bo->id().bytes), as_bytes("when?\n:0\na:1\n\nb c"));
  EXPECT_THAT(addresses(), ::testing::ElementsAre("a:1"));
}

}  // namespace
}  // namespace duolog::net
