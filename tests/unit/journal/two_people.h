// two_people.h: Ada and Bo for the tests of this room: real vaults, real logs, a clock that stands where it is put.
// No network: what a session would carry is read from one log and accepted into the other.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>

#include "daemon/journal/door.h"
#include "daemon/journal/founding.h"
#include "daemon/journal/journal.h"
#include "daemon/journal/reading.h"
#include "daemon/journal/rounds.h"
#include "tests/unit/home/temporary_folder.h"

namespace duolog::journal {

// 2026-11-22 12:00 UTC, a Sunday of week 47.
inline constexpr std::int64_t kNoon = 1'795'348'800'000;
inline constexpr std::int64_t kSecond = 1000;
inline constexpr std::int64_t kHour = 3'600'000;
inline constexpr std::int64_t kDay = 24 * kHour;

// One person's device and everything on it.
class Person {
 public:
  explicit Person(std::string name, std::string zone = "Europe/Berlin");
  // Another device of the same person, let in by `host`, and handed what a pairing of devices hands over.
  Person(Person& host, std::string device_name);
  // Somebody who has lost everything but these words, let back in by `giver`, who shares a journal with them.
  Person(const crypto::RootKeys& words, std::string name, std::string device_name, Person& giver);
  // The same with a bundle of the whole notebook of `lost` alone.
  struct ByNotebook {
    Person& lost;
  };
  Person(const crypto::RootKeys& words, std::string name, std::string device_name, ByNotebook by);
  ~Person();

  void stop();                          // as a kill would: nothing is said or finished
  void restart();                       // stop() and start again from the disk
  void travel(std::string zone);        // restart() where it is another time of day
  void restart_from_the_first_vault();  // as if it had been stopped right after that was made

  Shelf& shelf() { return *shelf_; }
  Door door() { return Door(*shelf_); }
  store::SealedLog& log() { return *log_; }
  store::LocalState& local() { return *local_; }
  store::Database& database() { return *database_; }
  ViewFile& view() { return *view_; }
  store::Blobs& blobs() { return *blobs_; }
  [[nodiscard]] std::filesystem::path place_of_blobs() const { return folder_ / "blobs"; }
  Identity& identity() { return *identity_; }
  [[nodiscard]] store::VaultFile vault() const;
  [[nodiscard]] DeviceId device() const { return identity_->keys().id(); }
  [[nodiscard]] JournalId notebook() const { return identity_->journals().front().id; }
  [[nodiscard]] JournalId shared() const { return identity_->journals().back().id; }
  Journal& journal(const JournalId& id) { return *shelf_->by_id(id); }

  Saved write(std::string text, std::string journal = {});
  Saved answer(std::int32_t connection, std::string highlight = {});
  std::vector<std::string> texts(const Filter& filter = {});  // of what list() shows
  std::vector<RecordId> ids();                                // in order, of the shared journal's items
  Round round();                                              // this week's check-in
  void settle();                                              // folds until there is no more

  std::int64_t now = kNoon;
  std::optional<std::uint64_t> free_bytes;  // on the disk, as its view asks; nullopt: nobody knows
  std::vector<News> news;
  std::vector<JournalId> grew;
  struct Killed {};
  int killed_after = 0;  // as many records from now on; what has grown then throws Killed. 0: never

 private:
  void start();

  std::string name_;
  std::string zone_;
  Bytes first_vault_;
  testing::TemporaryFolder folder_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::SealedLog> log_;
  std::unique_ptr<Identity> identity_;
  std::unique_ptr<store::LocalState> local_;
  std::unique_ptr<ViewFile> view_;
  std::unique_ptr<store::Blobs> blobs_;
  std::unique_ptr<Shelf> shelf_;
};

// The introduction that a handshake between the two would have proven.
FoundingFacts introduce(Person& other, std::uint8_t conversation = 1);

// Both halves of a founding, and what passes between them.
struct Pairing {
  Pairing(Person& host_person, Person& joiner_person, std::uint8_t conversation = 1);
  // One message in each direction where there is one; false when nobody has anything to say.
  bool exchange();
  void run(std::string_view relationship = "partner");

  Founding host;
  Founding joiner;
};
void pair(Person& host, Person& joiner, std::uint8_t conversation = 1);

// What a session does, without one.
void carry(Person& from, Person& to, const JournalId& journal);  // records, and the receipt for them
void meet(Person& a, Person& b);  // both ways until nothing is new, and the sessions' hooks
void meet(Person& a, Person& b, const JournalId& journal);

// Bit rot on the disk of `person`: zeros where a part of this record stood.
void rot_head(Person& person, const JournalId& journal, const DeviceId& device, std::uint64_t seq);
void rot_body(Person& person, const JournalId& journal, const DeviceId& device, std::uint64_t seq);

// A record in `by`'s own chain that only a liar would write: any bytes as an event, in any kind of record.
RecordId forge_bytes(Person& by, const JournalId& journal, ByteView event,
                     crypto::RecordKind kind = crypto::RecordKind::kEvent);
// The same, and it is still to be folded.
RecordId append_bytes(Person& by, const JournalId& journal, ByteView event,
                      crypto::RecordKind kind = crypto::RecordKind::kEvent);
template <class Payload>
RecordId forge(Person& by, const JournalId& journal, Payload payload,
               crypto::RecordKind kind = crypto::RecordKind::kEvent) {
  const auto bytes = encode_event({by.now, 60, {}, std::move(payload)});
  return forge_bytes(by, journal, bytes.view(), kind);
}

// The root of this person, as their 24 words bring it back. REQUIRES: they were not confirmed.
crypto::RootKeys words_of(Person& person);

class TwoPeople : public ::testing::Test {
 protected:
  TwoPeople() { pair(ada, bo); }
  Person ada{"Ada"};
  Person bo{"Bo"};
};

}  // namespace duolog::journal
