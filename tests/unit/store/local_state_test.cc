// local_state_test.cc: small facts that only this device can read again.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/local_state.h"

#include <gmock/gmock.h>

#include "daemon/store/query.h"
#include "tests/unit/home/temporary_folder.h"
#include "tests/unit/store/faulty_disk.h"

namespace duolog::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ALocalState : public ::testing::Test {
 protected:
  static crypto::LocalKey key(std::uint8_t fill) { return *crypto::LocalKey::from(Bytes(32, fill)); }
  std::optional<std::string> get(std::string_view name) {
    const auto value = state.get(name);
    return value ? std::optional(std::string(as_text(*value))) : std::nullopt;
  }
  std::optional<std::string> on_disk(std::string_view name) {
    const LocalState another(database, key(1));  // which knows only what is written
    const auto value = another.get(name);
    return value ? std::optional(std::string(as_text(*value))) : std::nullopt;
  }
  std::string everything_on_disk() {
    return testing::text_of(folder / "duolog.db") + testing::text_of(folder / "duolog.db-wal");
  }

  testing::TemporaryFolder folder;
  Database database{folder / "duolog.db", Database::Open::kCreate};
  LocalState state{database, key(1)};
};

TEST_F(ALocalState, RemembersTheLastThingPut) {
  EXPECT_EQ(get("address"), std::nullopt);
  state.put("address", as_bytes("192.0.2.1:1"));
  state.put("address", as_bytes("192.0.2.2:2"));
  EXPECT_EQ(get("address"), "192.0.2.2:2");
}

TEST_F(ALocalState, RemembersNothingAtLength) {
  state.put("empty", {});
  EXPECT_EQ(get("empty"), "");
}

TEST_F(ALocalState, ForgetsWhatIsRemoved) {
  state.put("address", as_bytes("x"));
  state.remove("address");
  state.remove("never put");
  EXPECT_EQ(get("address"), std::nullopt);
}

TEST_F(ALocalState, ListsNamesByTheirBeginning) {
  for (const char* name : {"b/2", "a/1", "b/1", "b", "c/1", "b0"}) state.put(name, as_bytes("x"));
  EXPECT_THAT(state.names("b/"), ElementsAre("b/1", "b/2"));
  EXPECT_THAT(state.names(""), ElementsAre("a/1", "b", "b/1", "b/2", "b0", "c/1"));
}

TEST_F(ALocalState, ReadsWhatIsPutSoonAtOnceAndWritesItWhenAsked) {
  state.put("seen", as_bytes("yesterday"));
  state.put_soon("seen", as_bytes("today"));
  state.put_soon("reached", as_bytes("192.0.2.1:1"));
  EXPECT_EQ(get("seen"), "today");
  EXPECT_THAT(state.names(""), ElementsAre("reached", "seen"));
  EXPECT_EQ(on_disk("seen"), "yesterday");
  EXPECT_EQ(on_disk("reached"), std::nullopt);
  ASSERT_TRUE(state.waiting());
  state.write_down();
  EXPECT_FALSE(state.waiting());
  EXPECT_EQ(on_disk("seen"), "today");
  EXPECT_EQ(on_disk("reached"), "192.0.2.1:1");
}

TEST_F(ALocalState, WritesWhatWaitsWithWhateverIsPut) {
  state.put_soon("seen", as_bytes("today"));
  state.put_soon("spent", as_bytes("no"));
  state.put("spent", as_bytes("yes"));
  EXPECT_FALSE(state.waiting());
  EXPECT_EQ(on_disk("seen"), "today");
  EXPECT_EQ(on_disk("spent"), "yes");
}

TEST_F(ALocalState, WritesWhatWaitsAtItsEnd) {
  {
    LocalState(database, key(1)).put_soon("seen", as_bytes("today"));
  }
  EXPECT_EQ(get("seen"), "today");
}

TEST_F(ALocalState, ForgetsWhatWaitsWhenItIsRemoved) {
  state.put_soon("seen", as_bytes("today"));
  state.remove("seen");
  EXPECT_EQ(get("seen"), std::nullopt);
  EXPECT_FALSE(state.waiting());
}

TEST(ALocalStateOnAFullDisk, KeepsWhatWaitsUntilThereIsRoom) {
  duolog::testing::FaultyDisk disk;
  const testing::TemporaryFolder folder;
  Database database(folder / "duolog.db", Database::Open::kCreate);
  LocalState state(database, *crypto::LocalKey::from(Bytes(32, 1)));
  state.put_soon("seen", as_bytes("today"));
  disk.fail_at(duolog::testing::FaultyDisk::Fault::kFull, 1, true);
  EXPECT_THROW(state.write_down(), NotDurable);
  ASSERT_TRUE(disk.fired());
  EXPECT_TRUE(state.waiting());
  disk.heal();
  ASSERT_TRUE(database.try_again());
  state.write_down();
  EXPECT_FALSE(state.waiting());
  EXPECT_EQ(as_text(*state.get("seen")), "today");
}

TEST_F(ALocalState, IsReadByItsOwnKeyOnly) {
  state.put("address", as_bytes("x"));
  EXPECT_EQ(LocalState(database, key(2)).get("address"), std::nullopt);
}

TEST_F(ALocalState, DoesNotPassOneFactOffAsAnother) {
  state.put("mine", as_bytes("x"));
  database.transaction([&] { Query(database, "UPDATE local SET name = 'theirs'").run(); });
  EXPECT_EQ(get("theirs"), std::nullopt);
}

TEST_F(ALocalState, EveryFlippedByteIsAsIfNeverPut) {
  state.put("address", as_bytes("x"));
  const Bytes sealed = [&] {
    Query query(database, "SELECT value FROM local");
    query.step();
    return to_bytes(query.blob(0));
  }();
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    Bytes flipped = sealed;
    flipped[at] ^= 1;
    database.transaction([&] { Query(database, "UPDATE local SET value = ?").bind(flipped).run(); });
    EXPECT_EQ(get("address"), std::nullopt) << at;
  }
}

TEST_F(ALocalState, ShowsNoValueOnTheDisk) {
  state.put("a name in clear", as_bytes("canary-of-local-state"));
  EXPECT_THAT(everything_on_disk(), HasSubstr("a name in clear"));
  EXPECT_THAT(everything_on_disk(), Not(HasSubstr("canary")));
}

}  // namespace
}  // namespace duolog::store
