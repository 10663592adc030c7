// homes.cc: making people and their places.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/sync/homes.h"

#include <unistd.h>

#include <atomic>

namespace duolog::sync::testing {

namespace fs = std::filesystem;

Folder::Folder() {
  const fs::path memory = "/dev/shm";
  std::string name = (::access(memory.c_str(), W_OK) == 0 ? memory : fs::temp_directory_path()) / "duolog-sync-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for a test");
  path_ = name;
}
Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

const People& people() {
  static const People made = [] {
    crypto::initialise();
    return People();
  }();
  return made;
}

crypto::Chain People::chain_of(const DeviceId& device) const {
  const crypto::Certificate first = crypto::certify(ada, laptop.public_keys(), 1, "laptop");
  if (device == laptop.id()) return {first};
  if (device == phone.id()) return {first, crypto::certify(laptop, phone.public_keys(), 2, "phone")};
  if (device == desk.id()) return {crypto::certify(bo, desk.public_keys(), 1, "desk")};
  return {crypto::certify(crypto::RootKeys(crypto::RootEntropy::random()), stranger.public_keys(), 1, "stranger")};
}

const crypto::DeviceKeys& People::keys_of(const DeviceId& device) const {
  for (const auto* keys : {&laptop, &phone, &desk})
    if (keys->id() == device) return *keys;
  return stranger;
}

crypto::Record People::record(const crypto::DeviceKeys& author, const crypto::ChainPosition& at,
                              std::size_t length) const {
  return crypto::make_event_record(journal, author, crypto::RecordKind::kEvent, at, epoch,
                                   crypto::record_key(secret, author.id()), Bytes(length, 'x'));
}

std::vector<crypto::Record> write_run(const crypto::DeviceKeys& author, crypto::ChainPosition& at, std::size_t count) {
  std::vector<crypto::Record> run;
  for (std::size_t i = 0; i < count; ++i) {
    run.push_back(people().record(author, at));
    at = {at.seq + 1, crypto::record_id(people().journal, run.back().head)};
  }
  return run;
}

std::vector<crypto::Record> careless_run(const crypto::DeviceKeys& author, std::size_t count,
                                         std::optional<crypto::ChainPosition> at) {
  std::vector<crypto::Record> run;
  if (!at) at = {1, crypto::first_prev(people().journal, author.id())};
  while (run.size() < count) {
    run.push_back(people().record(author, *at));
    if (run.size() < count) run.back().head.back() ^= 1;
    at = {at->seq + 1, crypto::record_id(people().journal, run.back().head)};
  }
  return run;
}

namespace {

// Where the disk refused something, the write-ahead log stays and belongs to it.
void copy_database(const fs::path& from, const fs::path& to) {
  fs::copy_file(from, to);
  if (fs::exists(from.string() + "-wal")) fs::copy_file(from.string() + "-wal", to.string() + "-wal");
}

}  // namespace

Home::Home(const crypto::DeviceKeys& self, const fs::path& file) : self_(self) {
  const fs::path place = folder_.path() / "log.db";
  if (!file.empty()) copy_database(file, place);
  database_ = std::make_unique<store::Database>(
      place, file.empty() ? store::Database::Open::kCreate : store::Database::Open::kExisting);
  log_ = std::make_unique<store::SealedLog>(*database_, store::Quota{.free_bytes = 0});  // a small memory will do
  if (!file.empty()) return;
  log_->add_journal(people().journal);
  admit(people().laptop);
  admit(people().desk);
}

void Home::write(std::size_t count, std::size_t length) {
  for (std::size_t i = 0; i < count; ++i)
    log_->append(people().journal, self_.id(),
                 [&](const crypto::ChainPosition& at) { return people().record(self_, at, length); });
}

void Home::admit(const crypto::DeviceKeys& device) {
  log_->admit(people().journal, device.id(), device.public_keys().sign);
}

void Home::accept(const crypto::DeviceKeys& author, std::uint64_t start, std::span<const crypto::Record> run) {
  const auto accepted = log_->accept(people().journal, author.id(), start, run);
  ASSERT_EQ(accepted.verdict, store::Accepted::Verdict::kStored) << accepted.why;
}

void Home::lose_body(const crypto::DeviceKeys& author, std::uint64_t seq) {
  log_->forget_body(people().journal, author.id(), seq);
}

void Home::erase(const crypto::DeviceKeys& author, std::uint64_t seq) {
  log_->erase(people().journal, author.id(), {seq});
}

void Home::copy_to(const fs::path& file) {
  log_.reset();
  database_.reset();
  copy_database(folder_.path() / "log.db", file);
}

Hooks Home::hooks() {
  Hooks hooks;
  hooks.greeted = [this](const Greeting& greeting) { greetings.push_back(greeting); };
  hooks.stored = [this](const DeviceId& author, std::uint64_t first, std::uint64_t last) {
    stored.push_back({author, first, last});
    if (on_stored) on_stored();
  };
  hooks.acknowledged = [this](const store::Frontier& frontier) { acknowledged = frontier; };
  hooks.admit = [this](const crypto::Chain& chain) {
    const auto proven = crypto::prove(chain, people().genesis.roots());
    return admits && proven && log_->admit(people().journal, proven->device.id(), proven->device.sign);
  };
  hooks.chains = [this] {
    std::vector<crypto::Chain> chains;
    for (const store::FrontierEntry& entry : frontier()) chains.push_back(people().chain_of(entry.device));
    return chains;
  };
  hooks.forked = [this](const DeviceId& device) { forked.push_back(device); };
  return hooks;
}

Session::Facts Home::facts(const DeviceId& other) const {
  return {people().journal, self_.id(), other, {"192.0.2.7:38650"}, 1'700'000'000'000};
}

std::uint64_t Home::held(const crypto::DeviceKeys& author) const { return seq_in(frontier(), author); }
bool Home::frozen(const crypto::DeviceKeys& author) const { return log_->frozen(people().journal, author.id()); }

std::size_t Home::missing() const {
  std::size_t count = 0;
  for (const auto& [device, seqs] : log_->missing_bodies(people().journal)) count += seqs.size();
  return count;
}

std::vector<crypto::Record> Home::records(const crypto::DeviceKeys& author) const {
  std::vector<crypto::Record> all;
  log_->each(people().journal, author.id(), 1, [&](std::uint64_t, const RecordId&, const crypto::Record& record) {
    all.push_back(record);
    return true;
  });
  return all;
}

std::uint64_t seq_in(const store::Frontier& frontier, const crypto::DeviceKeys& author) {
  for (const store::FrontierEntry& entry : frontier)
    if (entry.device == author.id()) return entry.seq;
  return 0;
}

}  // namespace duolog::sync::testing
