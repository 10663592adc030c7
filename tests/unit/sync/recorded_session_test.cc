// A session as version 0.1.0 spoke it, byte for byte, heard by the code of today: what was understood then is
// understood for ever. tests/fixtures/sessions/0.1.0 holds what Bo's device held before, what Ada's then said, and what
// Bo held after.
//
// DUOLOG_RECORD_SESSION=FILE makes a new recording instead (of a new version: old ones never change).
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>
#include <sstream>

#include "tests/unit/sync/line.h"

namespace duolog::sync::testing {
namespace {

std::filesystem::path recordings() { return std::filesystem::path(DUOLOG_SOURCE_DIR) / "tests/fixtures/sessions"; }

Bytes bytes_of(const std::string& text) {
  const auto bytes = from_hex(text);
  if (!bytes) throw std::runtime_error("a recording is damaged");
  return *bytes;
}

// Two who have both written; Bo lacks most of what Ada holds, and she something of his.
void record(const std::filesystem::path& file) {
  Home ada(people().laptop);
  Home bo(people().desk);
  ada.write(3);
  bo.write(2);
  Line(ada, bo).until_quiet();
  std::ofstream out(file);
  out << "journal " << hex(people().journal.view()) << '\n';
  for (const crypto::DeviceKeys* device : {&people().laptop, &people().desk}) {
    out << "device " << hex(device->id().view()) << ' ' << hex(device->public_keys().sign.view()) << '\n';
    for (const auto& record : bo.records(*device)) {
      out << "held " << hex(device->id().view()) << ' ' << hex(record.head) << ' ' << hex(*record.body) << '\n';
    }
  }
  ada.write(40, 700);
  bo.write(1);
  Line line(ada, bo);
  line.until_quiet();
  for (const auto& said : line.transcript) {
    if (said.by_a) out << "said " << hex(said.message) << '\n';
  }
  for (const auto& entry : bo.frontier()) {
    if (entry.device == ada.id())
      out << "ends " << hex(entry.device.view()) << ' ' << entry.seq << ' ' << hex(entry.head.view()) << '\n';
  }
}

class Recording {
 public:
  explicit Recording(const std::filesystem::path& file)
      : database_(folder_.path() / "duolog.db", store::Database::Open::kCreate),
        log_(database_, store::Quota{.free_bytes = 0}) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) take(line);
  }

  void take(const std::string& line) {
    std::istringstream in(line);
    std::string what;
    std::string a;
    std::string b;
    std::string c;
    in >> what >> a >> b >> c;
    if (what == "journal") {
      journal_ = *JournalId::from(bytes_of(a));
      log_.add_journal(journal_);
    } else if (what == "device") {
      devices_.push_back(*DeviceId::from(bytes_of(a)));
      ASSERT_TRUE(log_.admit(journal_, devices_.back(), *SignPublic::from(bytes_of(b))));
    } else if (what == "held") {
      hold(*DeviceId::from(bytes_of(a)), bytes_of(b), bytes_of(c));
    } else if (what == "said") {
      said_.push_back(bytes_of(a));
    } else if (what == "ends") {
      ends_ = {*DeviceId::from(bytes_of(a)), std::stoull(b), *RecordId::from(bytes_of(c))};
    }
  }

  void hold(const DeviceId& device, const Bytes& head, Bytes body) {
    crypto::Record record;
    ASSERT_EQ(head.size(), record.head.size());
    std::copy(head.begin(), head.end(), record.head.begin());
    record.body = std::move(body);
    const auto header = crypto::decode_header(record.head);
    ASSERT_TRUE(header);
    ASSERT_EQ(log_.accept(journal_, device, header->seq, {&record, 1}).verdict, store::Accepted::Verdict::kStored);
  }

  // Bo's side of today hears what Ada's side said then.
  void listen() {
    Session session(log_, {journal_, devices_.at(1), devices_.at(0), {}, 0}, {});
    session.start();
    while (session.next()) {
    }
    for (const Bytes& message : said_) {
      session.receive(message);
      ASSERT_EQ(session.reason(), Parting::kNone) << session.detail();
      while (session.next()) {
      }
    }
  }

  [[nodiscard]] std::size_t messages() const { return said_.size(); }
  [[nodiscard]] const store::FrontierEntry& ends() const { return ends_; }
  [[nodiscard]] std::optional<store::FrontierEntry> held() const { return log_.head(journal_, ends_.device); }

 private:
  Folder folder_;
  store::Database database_;
  store::SealedLog log_;
  JournalId journal_;
  std::vector<DeviceId> devices_;
  std::vector<Bytes> said_;
  store::FrontierEntry ends_;
};

TEST(RecordedSession, OfEveryVersionIsStillUnderstood) {
  if (const char* file = std::getenv("DUOLOG_RECORD_SESSION")) record(file);
  std::size_t heard = 0;
  for (const auto& file : std::filesystem::directory_iterator(recordings())) {
    SCOPED_TRACE(file.path().filename().string());
    Recording recording(file.path());
    ASSERT_GT(recording.messages(), 2U);
    ASSERT_LT(recording.held()->seq, recording.ends().seq);
    recording.listen();
    EXPECT_EQ(*recording.held(), recording.ends());
    ++heard;
  }
  EXPECT_GE(heard, 1U);
}

}  // namespace
}  // namespace duolog::sync::testing
